//! The keys of the review: one table, filtered by what works now, from which dispatch, footer and help follow.
use crossterm::event::KeyCode;

use super::{Review, row::Does, start};
use crate::front::{
    tui::keys::{self, Action, Binding, Key},
    wizard::shared::Shared,
};

const KEYS: &[Binding] = &[
    Binding::new(
        &[Key::Code(KeyCode::Enter), Key::Char(' ')],
        Action::Enter,
        "open",
        "open the file, go to the answer, press what is selected",
    ),
    Binding::new(&[Key::Code(KeyCode::Tab), Key::Code(KeyCode::Right)], Action::Next, "next part", "to the next part"),
    Binding::new(&[Key::Code(KeyCode::BackTab), Key::Code(KeyCode::Left)], Action::Previous, "", "to the part before"),
    Binding::new(&[Key::Ctrl('g')], Action::Start, "install", "install: says what will happen, and asks"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "to the screen before"),
    Binding::new(&[Key::Char('e')], Action::Edit, "change", "change the answer that is selected"),
    Binding::new(&[Key::Char('v')], Action::Toggle, "verify", "verify afterwards, or not"),
    Binding::new(&[Key::Char('r')], Action::Retry, "check", "check against the target again"),
    Binding::new(&[Key::Char('s'), Key::Ctrl('s')], Action::Save, "save", "save these answers as a preset"),
    Binding::new(&[Key::Char('c')], Action::Copy, "copy", "copy the command that installs the same"),
    keys::UP,
    keys::DOWN,
    keys::PAGE_UP,
    keys::PAGE_DOWN,
    keys::FIRST,
    keys::LAST,
];

/// Those that work now, with the word for what Enter does.
pub fn live(review: &Review, shared: &Shared) -> Vec<Binding> {
    let selected = review.selected(shared);
    let named = |binding: &Binding| match binding.does {
        Action::Enter => binding.named(word(&selected)),
        // Enter says so already.
        Action::Start if selected == Does::Start => binding.named(""),
        Action::Edit => binding.named(""),
        _ => *binding,
    };
    KEYS.iter().filter(|binding| works(review, binding, &selected, shared)).map(named).collect()
}

fn works(review: &Review, binding: &Binding, selected: &Does, shared: &Shared) -> bool {
    match binding.does {
        Action::Enter => *selected != Does::Nothing,
        Action::Edit => matches!(selected, Does::Go(_)),
        Action::Start => start::why_not(review, shared).is_none(),
        Action::Retry => shared.draft.resolved().is_ok() && !review.checked.waiting(),
        _ => true,
    }
}

const fn word(selected: &Does) -> &'static str {
    match selected {
        Does::Go(_) => "change",
        Does::Open(_) => "open",
        Does::Verify => "turn",
        Does::Start => "install",
        Does::Copy => "copy",
        Does::Save => "save",
        Does::Nothing => "",
    }
}
