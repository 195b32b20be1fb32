//! Saving the answers as a preset: its name, then a few words about it. What is wrong with a name is said below it while it is
//! typed. Must not write anything.
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Text,
};

use super::asking::Field;
use crate::{
    answers::preset_name,
    front::{
        tui::{
            keys::Action,
            screen::Edit,
            text,
            theme::{Role, Theme},
        },
        wizard::{shared::Shared, turn::Turn, wish::Wish},
    },
};

/// Rows that it takes: a field, and words below.
pub const HEIGHT: u16 = 3;

/// What is being asked.
#[derive(Debug)]
pub struct Saving {
    field: Field,
    /// The name, once it is said; then the title is asked.
    name: Option<String>,
}

/// What a key leads to.
pub enum Step {
    /// It is still asked.
    Asking(Saving),
    /// It ends, and this follows.
    End(Vec<Turn>),
}

impl Saving {
    /// Asks for a name.
    pub fn new() -> Self {
        Self { field: Field::new("save as preset", ""), name: None }
    }

    /// Changes what is typed.
    pub fn edit(&mut self, edit: &Edit) {
        self.field.edit(edit);
    }

    /// Does what a key means.
    pub fn act(self, action: Action, shared: &Shared) -> Step {
        match action {
            Action::Back | Action::Previous => Step::End(Vec::new()),
            Action::Enter | Action::Next => self.said(shared),
            _ => Step::Asking(self),
        }
    }

    fn said(self, shared: &Shared) -> Step {
        let said = self.field.value().trim().to_owned();
        match self.name {
            None if preset_name::wrong(&said).is_some() => Step::Asking(self),
            None => Step::Asking(Self { field: Field::new("a few words about it", ""), name: Some(said) }),
            Some(name) => {
                let title = if said.is_empty() { name.clone() } else { said };
                let layers = Box::new(shared.draft.layers().clone());
                Step::End(vec![Turn::Wish(Wish::SavePreset { name, title, layers, over: false })])
            }
        }
    }

    /// Draws it.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
        let [field, below] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        self.field.draw(frame, field, theme);
        let (words, role) = self.words(theme);
        let lines = text::wrap(&words, usize::from(below.width.saturating_sub(2)));
        let lines: Text<'_> = lines.into_iter().map(|line| format!("  {line}")).collect();
        frame.render_widget(lines.style(theme.style(role)), below);
    }

    fn words(&self, theme: &Theme) -> (String, Role) {
        let said = self.field.value().trim();
        match &self.name {
            Some(name) => (format!("the title in lists; empty: `{name}`"), Role::Quiet),
            None if said.is_empty() => (preset_name::ALLOWED.to_owned(), Role::Quiet),
            None => match preset_name::wrong(said) {
                Some(wrong) => (format!("{} {wrong}", theme.glyphs.bad), Role::Bad),
                None if preset_name::is_path(said) => ("written into this file".to_owned(), Role::Quiet),
                None => ("kept with your own presets, and listed with them".to_owned(), Role::Quiet),
            },
        }
    }
}
