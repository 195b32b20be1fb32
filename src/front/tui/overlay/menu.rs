//! All that can be done on a screen, with its keys: for whoever looks a key up, and for whoever chooses with arrows and Enter
//! instead. Must not know what an action does.
use ratatui::text::{Line, Span};

use crate::front::tui::{
    keys::{Action, Binding},
    text,
    theme::{Role, Theme},
    window::moved,
};

/// Columns of the names of keys.
const NAMES: usize = 14;

/// What would be done by Enter. `at`: where the person went; what works changes under them, and then it is the first again.
pub fn chosen(at: Option<Action>, keys: &[Binding]) -> Option<Action> {
    let mut doable = doable(keys);
    at.filter(|at| doable.clone().any(|action| action == *at)).or_else(|| doable.next())
}

/// Where a key that moves leads to.
pub fn step(at: Option<Action>, action: Action, keys: &[Binding]) -> Option<Action> {
    let here = chosen(at, keys);
    let place = doable(keys).position(|action| Some(action) == here).unwrap_or_default();
    let to = moved(action, place, doable(keys).count().saturating_sub(1))?;
    doable(keys).nth(to)
}

/// To move, and to come here, is nothing to be chosen here.
fn doable(keys: &[Binding]) -> impl Iterator<Item = Action> + Clone {
    let own = keys.iter().enumerate().filter(|(place, _)| is_first(*place, keys));
    let actions = own.map(|(_, binding)| binding.does);
    actions.filter(|action| moved(*action, 0, 0).is_none() && *action != Action::Help)
}

/// Whether no line above does the same: of several keys for one action the first line is the one to choose.
fn is_first(place: usize, keys: &[Binding]) -> bool {
    let same = |own: &Binding| keys.iter().position(|other| other.does == own.does);
    keys.get(place).and_then(same) == Some(place)
}

/// Its lines, and which of them is chosen. `about`: what there is to say of what the cursor is on.
pub fn lines(
    about: Option<&str>,
    at: Option<Action>,
    keys: &[Binding],
    room: usize,
    theme: &Theme,
) -> (Vec<Line<'static>>, usize) {
    let mut lines: Vec<Line<'static>> =
        about.iter().flat_map(|about| text::wrap(about, room)).map(Line::from).collect();
    lines.extend((!lines.is_empty()).then(Line::default));
    let (here, mut chosen_line) = (chosen(at, keys), 0);
    for (place, binding) in keys.iter().enumerate() {
        let selected = Some(binding.does) == here && is_first(place, keys);
        if selected {
            chosen_line = lines.len();
        }
        lines.extend(row(binding, selected, room, theme));
    }
    (lines, chosen_line)
}

fn row(binding: &Binding, selected: bool, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let cursor = if selected { theme.glyphs.cursor } else { " " };
    let [key, plain] = if selected { [Role::Selected; 2] } else { [Role::Key, Role::Plain] };
    let names = binding.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let names = [format!("{cursor} {names}")].into_iter().chain(std::iter::repeat("  ".to_owned()));
    let words = text::wrap(binding.help, room.saturating_sub(NAMES + 2));
    let line = |(name, words): (String, String)| {
        let name = text::pad(&name, NAMES + 2, theme.glyphs.ellipsis);
        Line::from_iter([Span::styled(name, theme.style(key)), Span::styled(words, theme.style(plain))])
    };
    names.zip(words).map(line).collect()
}
