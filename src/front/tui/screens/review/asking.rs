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
        let (shown, column) = text::window(&self.input, room, str::to_owned);
        let line = Line::from_iter([
            Span::styled(label, theme.style(Role::Key)),
            Span::styled(shown, theme.style(Role::Value)),
        ]);
        frame.render_widget(line, area);
        let at = u16::try_from(column).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(before).saturating_add(at);
        if area.contains(Position { x, y: area.y }) {
            frame.set_cursor_position(Position { x, y: area.y });
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};

    use super::*;

    /// Columns were taken for letters: the field was empty, and the cursor beside it.
    #[test]
    fn wide_letters_are_seen_up_to_the_cursor() {
        let mut terminal = Terminal::new(TestBackend::new(12, 1)).unwrap();
        let field = Field::new("Name", "日本語日本語");
        terminal.draw(|frame| field.draw(frame, frame.area(), &Theme::PLAIN)).unwrap();
        let symbols: String = terminal.backend().buffer().content().iter().map(|cell| cell.symbol().trim()).collect();
        assert_eq!(symbols, "Name:本語");
        assert_eq!(terminal.get_cursor_position().unwrap(), Position { x: 11, y: 0 });
    }
}
