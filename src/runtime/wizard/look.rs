//! What the screens may look like, as the environment and the command line say. Must not draw.
use std::env;

use crate::{
    cli::{Appearance, Colours},
    front::tui::theme::{ASCII, Palette, Theme, UNICODE},
};

/// The theme that was asked for, or that the terminal can show.
pub fn theme(appearance: Appearance) -> Theme {
    let palette = match appearance.theme {
        Some(Colours::Mono) => Palette::Mono,
        None if is_set("NO_COLOR") => Palette::Mono,
        Some(Colours::Colour) | None => Palette::Colour,
    };
    let glyphs = if appearance.ascii || only_ascii() { &ASCII } else { &UNICODE };
    Theme { palette, glyphs }
}

/// Whether copies go through tmux.
pub fn in_tmux() -> bool {
    is_set("TMUX")
}

/// A Linux console has few glyphs; a locale without UTF-8 has none.
fn only_ascii() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said).unwrap_or_default().to_ascii_lowercase();
    said("TERM").as_deref() == Some("linux") || !(locale.contains("utf-8") || locale.contains("utf8"))
}

/// Whether the terminal can show screens at all.
pub fn is_dumb() -> bool {
    said("TERM").is_none_or(|term| term == "dumb")
}

fn is_set(name: &str) -> bool {
    said(name).is_some()
}

fn said(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
