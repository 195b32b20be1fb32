//! `Typing`: the field that takes letters, with what is wrong with them so far. Must not know where an answer goes, nor how
//! a field is placed on the screen.
use tui_input::Input;

use crate::{
    answers::kept::Kept,
    front::tui::{screen::Edit, text},
};

/// A field that takes letters. Has no `Debug`: it may hold a secret.
pub struct Typing {
    /// Key of the answer.
    pub key: String,
    /// For a secret: how it is given.
    pub kept: Option<Kept>,
    /// What is wrong with what was typed so far, and what is allowed.
    pub error: Option<String>,
    input: Input,
    before: String,
    offers: Vec<String>,
}

impl Typing {
    /// A field with its text so far. `offers`: what Up and Down put into it.
    pub fn new(key: String, text: String, kept: Option<Kept>, offers: Vec<String>) -> Self {
        Self { key, kept, error: None, input: Input::new(text.clone()), before: text, offers }
    }

    /// The same without its text: what is typed takes its place.
    #[must_use]
    pub fn emptied(self) -> Self {
        Self { input: Input::default(), ..self }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Whether it is another text than before.
    pub fn changed(&self) -> bool {
        self.text() != self.before
    }

    /// Whether nobody may read what is typed.
    pub fn hidden(&self) -> bool {
        self.kept == Some(Kept::Typed)
    }

    /// A key, or a paste; a paste never submits.
    pub fn edit(&mut self, edit: &Edit) {
        edit.change(&mut self.input);
    }

    /// Puts the next offer, or the one before, into the field.
    pub fn offer(&mut self, forward: bool) {
        let last = self.offers.len().saturating_sub(1);
        let next = match self.offers.iter().position(|offer| offer == self.text()) {
            Some(at) if forward => at.saturating_add(1).min(last),
            Some(at) => at.saturating_sub(1),
            None => 0,
        };
        if let Some(offer) = self.offers.get(next) {
            self.input = Input::new(offer.clone());
        }
    }

    /// The part of the text around the cursor that fits into `room` columns, and the cursor's column in it.
    pub fn window(&self, room: usize, mask: &str) -> (String, usize) {
        let shown = |text: &str| if self.hidden() { mask.repeat(text.chars().count()) } else { text.to_owned() };
        text::window(&self.input, room, shown)
    }
}

#[cfg(test)]
pub mod tests {
    use tui_input::InputRequest;

    use super::*;

    /// A text, key by key.
    pub fn letters(text: &str) -> Vec<Edit> {
        text.chars().map(|letter| Edit::Key(InputRequest::InsertChar(letter))).collect()
    }

    fn typing(text: &str, kept: Option<Kept>) -> Typing {
        Typing::new("login.tenant".to_owned(), text.to_owned(), kept, vec!["a".to_owned(), "b".to_owned()])
    }

    #[test]
    fn a_paste_goes_in_at_the_cursor() {
        let mut field = typing("ad", None);
        field.edit(&Edit::Key(InputRequest::GoToPrevChar));
        field.edit(&Edit::Paste("bc".to_owned()));
        field.edit(&Edit::Key(InputRequest::InsertChar('.')));
        assert_eq!(field.text(), "abc.d");
        assert!(field.changed());
    }

    #[test]
    fn the_cursor_stays_in_the_window() {
        let field = typing("日本語abc", None);
        assert_eq!(field.window(5, "*"), ("abc".to_owned(), 3));
        assert_eq!(field.window(0, "*"), (String::new(), 0));
        let mut field = typing("abcdef", None);
        field.edit(&Edit::Key(InputRequest::GoToStart));
        assert_eq!(field.window(4, "*"), ("abcd".to_owned(), 0));
    }

    #[test]
    fn a_typed_secret_is_masked() {
        let field = typing("hunter2", Some(Kept::Typed));
        assert_eq!(field.window(20, "*"), ("*******".to_owned(), 7));
        assert_eq!(typing("NAME", Some(Kept::Env)).window(20, "*").0, "NAME");
    }

    #[test]
    fn offers_are_gone_through_and_end() {
        let mut field = typing("x", None);
        for (forward, wanted) in [(true, "a"), (true, "b"), (true, "b"), (false, "a"), (false, "a")] {
            field.offer(forward);
            assert_eq!(field.text(), wanted);
        }
    }
}
