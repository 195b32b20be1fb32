//! A field of one line below the screen: a name, words that are looked for.
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
};
use tui_input::Input;

use crate::front::tui::{
    screen::Edit,
    text,
    theme::{Role, Theme},
};

/// A field with its label.
#[derive(Debug)]
pub struct Field {
    label: &'static str,
    input: Input,
}

impl Field {
    /// A field that holds a text.
    pub fn new(label: &'static str, text: &str) -> Self {
        Self { label, input: Input::new(text.to_owned()) }
    }

    /// What is in it.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Changes what is in it.
    pub fn edit(&mut self, edit: &Edit) {
        edit.change(&mut self.input);
    }

    /// Draws it into one line, with the cursor.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
        let label = format!(" {}: ", self.label);
        let before = u16::try_from(text::width(&label)).unwrap_or(u16::MAX);
        let room = usize::from(area.width.saturating_sub(before));
        let hidden = self.input.visual_scroll(room.max(1));
        let shown: String = self.input.value().chars().skip(hidden).collect();
        let line = Line::from_iter([
            Span::styled(label, theme.style(Role::Key)),
            Span::styled(text::cut(&shown, room, ""), theme.style(Role::Value)),
        ]);
        frame.render_widget(line, area);
        let at = u16::try_from(self.input.visual_cursor().saturating_sub(hidden)).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(before).saturating_add(at);
        if area.contains(Position { x, y: area.y }) {
            frame.set_cursor_position(Position { x, y: area.y });
        }
    }
}
