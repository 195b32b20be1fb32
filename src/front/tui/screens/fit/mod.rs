//! Fit: will it run there.
//!
//! ```text
//!  3 nodes · 96 CPU, 384 GiB, 4 nvidia.com/gpu · facts 12 s old
//!  node        CPU                     memory                   GPU
//!  aks-cpu-0   ▓▓▓▓▓▓▓▓▒▒░░░░░ 26/32   ▓▓▓▓▓▓▓▒▒▒▒░░░░  96/126
//!  aks-gpu-0   ▓▓▓▓▒▒▒▒░░░░░░░ 18/32   ▓▓▓▒▒▒▒▒▒▒░░░░░  88/126  ■■□□ 2/4
//!  ▓ always   ▒ at most, when pools and people are full   ░ free
//!
//!  ▸ ✗ no    pool `big`: one worker needs 130 GiB memory; the freest node has 93 GiB of 126 GiB free
//!            → make it at most 93 GiB, or add a node with 130 GiB free
//!    ✓ ok    Ray head, hub, proxy fit
//! ```
//!
//! Everything said here is [`plan::fit`](crate::plan::fit)'s; this screen only draws it, and applies its fixes.
mod nodes;
mod sentences;

#[cfg(test)]
mod tests;

use crossterm::event::KeyCode;
use ratatui::{Frame, layout::Rect, text::Text};

use self::{nodes::Nodes, sentences::Sentences};
use crate::{
    front::{
        tui::{
            keys::{self, Action, Binding, Key},
            screen::Screen,
            theme::Theme,
            window::{Scroll, moved},
        },
        wizard::{
            shared::Shared,
            turn::{Look, Place, Turn},
        },
    },
    plan::fit::{Fit as Picture, Fitness, Fix, Known, Verdict},
};

const KEYS: &[Binding] = &[
    keys::DOWN,
    keys::UP,
    Binding::new(
        &[Key::Code(KeyCode::Enter)],
        Action::Enter,
        "go on",
        "to the review; where something does not fit, to its answer",
    ),
    Binding::new(&[Key::Char('e')], Action::Edit, "edit", "change the answer behind the selected sentence"),
    Binding::new(&[Key::Char('f')], Action::Fix, "fix", "make the change that the selected sentence proposes"),
    Binding::new(&[Key::Char('r')], Action::Look, "look again", "look at the target again"),
    Binding::new(&[Key::Code(KeyCode::PageDown)], Action::PageDown, "", "more nodes"),
    Binding::new(&[Key::Code(KeyCode::PageUp)], Action::PageUp, "", "the nodes before"),
    keys::FIRST,
    keys::LAST,
    Binding::new(&[Key::Ctrl('r')], Action::Review, "review", "to the review"),
    Binding::new(&[Key::Code(KeyCode::Esc), Key::Char('q')], Action::Back, "back", "to the screen before"),
];

/// The screen.
#[derive(Debug, Default)]
pub struct Fit {
    /// Sentence that is selected.
    selected: usize,
    /// How far the nodes are scrolled.
    scroll: Scroll,
}

/// Whether a sentence says no, and names the answer behind it.
const fn refuses(verdict: &Verdict) -> bool {
    matches!(verdict.standing, Fitness::No) && verdict.key.is_some()
}

impl Screen for Fit {
    fn title(&self, _shared: &Shared) -> String {
        "fit: will it run there".to_owned()
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        let fit = shared.fit();
        let selected = self.selected(&fit);
        let works = |binding: &&Binding| match binding.does {
            Action::Up | Action::Down | Action::First | Action::Last => fit.verdicts.len() > 1,
            Action::Edit => selected.is_some_and(|verdict| verdict.key.is_some()),
            Action::Fix => selected.is_some_and(|verdict| verdict.fix.is_some()),
            Action::PageUp | Action::PageDown => nodes::rows(&fit).len() > 1,
            Action::Look => shared.look != Look::Looking,
            _ => true,
        };
        let refused = selected.is_some_and(refuses);
        let named = |binding: &Binding| match binding.does {
            Action::Enter if refused => binding.named("edit"),
            Action::Edit if refused => binding.named(""),
            _ => *binding,
        };
        KEYS.iter().filter(works).map(named).collect()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        let fit = shared.fit();
        let last = fit.verdicts.len().saturating_sub(1);
        // The list may have become shorter since.
        self.selected = self.selected.min(last);
        match action {
            Action::Up | Action::Down | Action::First | Action::Last => {
                self.selected = moved(action, self.selected, last).unwrap_or(self.selected);
            }
            Action::PageUp | Action::PageDown => self.scroll.go(action),
            Action::Enter if !fit.verdicts.get(self.selected).is_some_and(refuses) => {
                return vec![Turn::Go(Place::Review, None)];
            }
            Action::Enter | Action::Edit => return self.edited(&fit),
            Action::Fix => return self.fixed(&fit, shared),
            Action::Look => return vec![Turn::Wish(shared.look_at_target(asks(shared)))],
            Action::Review => return vec![Turn::Go(Place::Review, None)],
            Action::Back => return vec![Turn::Back],
            _ => {}
        }
        Vec::new()
    }

    /// `at`: the key of an answer whose sentence is to be selected.
    fn enter(&mut self, at: Option<&str>, shared: &mut Shared) -> Vec<Turn> {
        let fit = shared.fit();
        let about = |verdict: &Verdict| {
            let key = verdict.key.as_deref().unwrap_or_default();
            at.is_some_and(|at| key == at || key.strip_prefix(at).is_some_and(|rest| rest.starts_with(['.', '['])))
        };
        self.selected = fit.verdicts.iter().position(about).unwrap_or(0);
        self.scroll = Scroll::default();
        let look = fit.known == Known::Nothing && shared.look == Look::Not;
        look.then(|| Turn::Wish(shared.look_at_target(false))).into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        let fit = shared.fit();
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let mut lines = sentences::head(&fit, shared, theme, width);
        if fit.nodes.is_empty() {
            lines.extend(sentences::absent(&fit, shared, theme, width));
        }
        let sentences = Sentences::new(&fit, self.selected(&fit).map(|_| self.at(&fit)), theme, width);
        let nodes = Nodes::new(&fit, theme, width);
        let room = height.saturating_sub(lines.len());
        let (upper, lower) = nodes.share(room, sentences.len());
        lines.extend(nodes.lines(&self.scroll, upper));
        lines.extend(sentences.lines(lower));
        frame.render_widget(lines.into_iter().take(height).collect::<Text>(), area);
    }
}

impl Fit {
    fn at(&self, fit: &Picture) -> usize {
        self.selected.min(fit.verdicts.len().saturating_sub(1))
    }

    fn selected<'f>(&self, fit: &'f Picture) -> Option<&'f Verdict> {
        fit.verdicts.get(self.at(fit))
    }

    fn edited(&self, fit: &Picture) -> Vec<Turn> {
        match self.selected(fit).and_then(|verdict| verdict.key.clone()) {
            Some(key) => vec![Turn::Go(Place::Questions, Some(key))],
            None => vec![Turn::Say("no answer decides this".to_owned())],
        }
    }

    fn fixed(&self, fit: &Picture, shared: &mut Shared) -> Vec<Turn> {
        let Some(Fix { key, text }) = self.selected(fit).and_then(|verdict| verdict.fix.as_ref()) else {
            return vec![Turn::Say("nothing here is mended by one change: `e` leads to the answer".to_owned())];
        };
        let said = match shared.draft.say(key, text) {
            Ok(()) => {
                shared.unsaved = true;
                format!("`{key}` is `{text}` now")
            }
            Err(invalid) => invalid.to_string(),
        };
        vec![Turn::Say(said)]
    }
}

/// Whether the person agreed to be asked: by looking again, after it was said that a plugin wants to.
fn asks(shared: &Shared) -> bool {
    matches!(shared.look, Look::Failed { asks: true, .. })
}
