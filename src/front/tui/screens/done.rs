//! Done: what was made.
use ratatui::{Frame, layout::Rect, widgets::Paragraph};

use crate::front::tui::{
    keys::{Action, Binding},
    screen::{Screen, Turn},
    shared::Shared,
    theme::Theme,
};

/// The screen.
#[derive(Debug, Default)]
pub struct Done;

impl Screen for Done {
    fn title(&self, _shared: &Shared) -> String {
        "done".to_owned()
    }

    fn keys(&self, _shared: &Shared) -> Vec<Binding> {
        Vec::new()
    }

    fn act(&mut self, _action: Action, _shared: &mut Shared) -> Vec<Turn> {
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, _shared: &Shared, _theme: &Theme) {
        frame.render_widget(Paragraph::new("done"), area);
    }
}
