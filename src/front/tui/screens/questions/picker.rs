//! `Picker`: a list to choose from, one line of explanation each, with a filter, for one or several. Must not know what a
//! choice does.
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use tui_input::Input;

use crate::{
    answers::kept::Kept,
    front::tui::{
        keys::Action,
        screen::Edit,
        text,
        theme::{Role, Theme},
        window::moved,
    },
};

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is.
    pub value: String,
    /// A line about it.
    pub words: String,
    /// Whether it is among the chosen ones.
    pub marked: bool,
    /// What it does.
    pub does: Does,
}

/// What a choice does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Says an answer.
    Say(String),
    /// Opens a field for another one.
    Type,
    /// Opens a field for a secret.
    Kept(Kept),
    /// Goes to an answer.
    Jump(String),
}

/// What a key led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Nothing yet.
    Stay,
    /// Nothing is selected that could be chosen.
    Nothing,
    /// Nothing at all.
    Leave,
    /// This one.
    One(Does),
    /// All that are marked.
    Many(Vec<String>),
}

/// A list to choose from.
#[derive(Debug)]
pub struct Picker {
    /// Key of the answer; empty: of none.
    pub key: String,
    /// What is chosen.
    pub title: String,
    /// Whether several can be chosen.
    pub many: bool,
    choices: Vec<Choice>,
    /// What counts now, in words, for where none of the choices is that.
    now: String,
    /// Where the cursor stood at first; `None`: at none of the choices.
    start: Option<usize>,
    at: Option<usize>,
    filter: Input,
    filtering: bool,
    /// Whether it was opened to look for something.
    searching: bool,
}

impl Picker {
    /// A list with nothing selected.
    pub fn new(key: &str, title: &str, choices: Vec<Choice>) -> Self {
        Self {
            key: key.to_owned(),
            title: title.to_owned(),
            many: false,
            choices,
            now: String::new(),
            start: None,
            at: None,
            filter: Input::default(),
            filtering: false,
            searching: false,
        }
    }

    /// With the choice selected that does something, if there is one.
    #[must_use]
    pub fn at(self, does: &Does) -> Self {
        let at = self.choices.iter().position(|choice| choice.does == *does).or(self.start);
        Self { start: at, at, ..self }
    }

    /// With the first choice selected.
    #[must_use]
    pub fn first(self) -> Self {
        Self { start: Some(0), at: Some(0), ..self }
    }

    /// With words for what counts now.
    #[must_use]
    pub fn now(self, now: String) -> Self {
        Self { now, ..self }
    }

    /// Of which several can be chosen.
    #[must_use]
    pub const fn many(mut self) -> Self {
        self.many = true;
        self
    }

    /// With the filter open; Esc leaves it all at once.
    #[must_use]
    pub const fn filtering(mut self) -> Self {
        self.filtering = true;
        self.searching = true;
        self
    }

    /// Whether letters go into the filter.
    pub const fn typing(&self) -> bool {
        self.filtering
    }

    /// Whether there is so much that a filter helps.
    pub fn long(&self) -> bool {
        self.choices.len() > 8
    }

    /// What the list is filtered by.
    pub fn letters(&self) -> &str {
        self.filter.value()
    }

    /// What Enter and Esc do while letters go into the filter.
    pub const fn ways_out(&self) -> (&'static str, &'static str) {
        let enter = match (self.many, self.key.is_empty()) {
            (true, _) => "to the list",
            (false, true) => "go there",
            (false, false) => "choose",
        };
        (enter, if self.searching { "leave" } else { "show all" })
    }

    /// The choice that is selected.
    pub fn selected(&self) -> Option<&Choice> {
        self.shown().nth(self.at?)
    }

    fn shown(&self) -> impl Iterator<Item = &Choice> {
        let wanted: Vec<String> = self.filter.value().to_lowercase().split_whitespace().map(str::to_owned).collect();
        self.choices.iter().filter(move |choice| {
            let words = format!("{} {}", choice.value, choice.words).to_lowercase();
            // What is not in the list can always be typed.
            choice.does == Does::Type || wanted.iter().all(|word| words.contains(word.as_str()))
        })
    }

    /// Letters for the filter, which they open.
    pub fn edit(&mut self, edit: &Edit) {
        self.filtering = true;
        edit.change(&mut self.filter);
        self.at = Some(0);
    }

    /// Does what a key means.
    pub fn act(&mut self, action: Action) -> Chosen {
        match action {
            Action::Enter => return self.enter(),
            Action::Back => return self.back(),
            Action::Filter => self.filtering = true,
            Action::Toggle => self.mark(),
            action => self.step(action),
        }
        Chosen::Stay
    }

    fn enter(&mut self) -> Chosen {
        let does = self.selected().map(|choice| choice.does.clone());
        match does {
            _ if self.many && self.filtering => self.filtering = false,
            Some(Does::Say(_)) if self.many => return Chosen::Many(self.marked()),
            Some(does) => return Chosen::One(does),
            None if self.at.is_none() => return Chosen::Nothing,
            None => {}
        }
        Chosen::Stay
    }

    /// First the filter goes, then the list.
    fn back(&mut self) -> Chosen {
        if self.searching || (!self.filtering && self.filter.value().is_empty()) {
            return Chosen::Leave;
        }
        self.filtering = false;
        self.filter = Input::default();
        self.at = self.start;
        Chosen::Stay
    }

    fn marked(&self) -> Vec<String> {
        self.choices.iter().filter(|choice| choice.marked).map(|choice| choice.value.clone()).collect()
    }

    fn mark(&mut self) {
        let Some(chosen) = self.selected().cloned() else { return };
        if self.many && matches!(chosen.does, Does::Say(_)) {
            let same = self.choices.iter_mut().filter(|choice| choice.does == chosen.does);
            same.for_each(|choice| choice.marked = !choice.marked);
        }
    }

    fn step(&mut self, action: Action) {
        let last = self.shown().count().saturating_sub(1);
        let to = match (action, self.at) {
            (Action::First, _) | (Action::Down | Action::PageDown, None) => 0,
            (Action::Last, _) | (Action::Up | Action::PageUp, None) => last,
            (action, Some(at)) => match moved(action, at, last) {
                Some(to) => to,
                None => return,
            },
            _ => return,
        };
        self.at = Some(to);
    }

    /// Draws the list: title, filter, choices.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
        let room = usize::from(area.width).saturating_sub(1);
        let mut lines = vec![Line::styled(
            text::cut(&format!(" {}{}", self.title, self.standing()), room, theme.glyphs.ellipsis),
            theme.style(Role::Title),
        )];
        lines.extend(self.filter_line(room, theme));
        let rows = usize::from(area.height).saturating_sub(lines.len());
        lines.extend(self.choice_lines(room, rows, theme));
        frame.render_widget(ratatui::text::Text::from(lines), area);
    }

    /// What counts, where the cursor does not show it.
    fn standing(&self) -> String {
        if self.at.is_some() || self.now.is_empty() { String::new() } else { format!("   {}", self.now) }
    }

    fn filter_line(&self, room: usize, theme: &Theme) -> Option<Line<'static>> {
        if !self.filtering && self.filter.value().is_empty() {
            return None;
        }
        let filter = if self.filtering { text::field(&self.filter, room / 2) } else { self.filter.value().to_owned() };
        let words = format!(" / {filter}   {} of {}", self.shown().count(), self.choices.len());
        Some(Line::styled(text::cut(&words, room, theme.glyphs.ellipsis), theme.style(Role::Key)))
    }

    /// Only those that are seen.
    fn choice_lines(&self, room: usize, rows: usize, theme: &Theme) -> Vec<Line<'static>> {
        if self.shown().next().is_none() {
            return vec![Line::styled("   nothing holds these letters", theme.style(Role::Quiet))];
        }
        let widest = self.choices.iter().map(|choice| text::width(&choice.value)).max().unwrap_or(0);
        let column = widest.min(room / 2);
        let at = self.at.unwrap_or_default();
        let top = super::form::top(at, at, self.shown().count(), rows);
        let seen = self.shown().enumerate().skip(top).take(rows);
        seen.map(|(at, choice)| self.choice_line(choice, Some(at) == self.at, column, room, theme)).collect()
    }

    fn choice_line(&self, choice: &Choice, here: bool, column: usize, room: usize, theme: &Theme) -> Line<'static> {
        let glyphs = theme.glyphs;
        let mark = match (self.many && matches!(choice.does, Does::Say(_)), choice.marked) {
            (false, _) => String::new(),
            (true, true) => format!("[{}] ", glyphs.ok),
            (true, false) => "[ ] ".to_owned(),
        };
        let cursor = if here { glyphs.cursor } else { " " };
        let head = format!(" {cursor} {mark}{}", text::pad(&choice.value, column, glyphs.ellipsis));
        let words = text::cut(&choice.words, room.saturating_sub(text::width(&head) + 2), glyphs.ellipsis);
        let style = if here { theme.style(Role::Selected) } else { theme.style(Role::Plain) };
        let quiet = if here { style } else { theme.style(Role::Quiet) };
        Line::from_iter([Span::styled(head + "  ", style), Span::styled(words, quiet)])
    }
}

#[cfg(test)]
mod tests {
    use super::{super::edit::tests::letters, *};

    fn picker() -> Picker {
        let choice = |value: &str| Choice {
            value: value.to_owned(),
            words: format!("about {value}"),
            marked: false,
            does: Does::Say(value.to_owned()),
        };
        Picker::new("storage.class", "Storage class", ["fast", "slow", "Fastest"].map(choice).to_vec())
            .at(&Does::Say("slow".to_owned()))
    }

    #[test]
    fn it_begins_at_the_value_and_ends_at_the_ends() {
        let mut picker = picker();
        assert_eq!(picker.selected().unwrap().value, "slow");
        for _ in 0..5 {
            picker.act(Action::Down);
        }
        assert_eq!(picker.act(Action::Enter), Chosen::One(Does::Say("Fastest".to_owned())));
    }

    #[test]
    fn a_filter_finds_letters_of_any_case_and_goes_with_escape() {
        let mut picker = picker();
        picker.act(Action::Filter);
        letters("FAST").iter().for_each(|edit| picker.edit(edit));
        assert_eq!(picker.shown().count(), 2);
        letters("x").iter().for_each(|edit| picker.edit(edit));
        assert_eq!(picker.act(Action::Enter), Chosen::Stay, "there is nothing to choose");
        assert_eq!(picker.act(Action::Back), Chosen::Stay);
        assert_eq!((picker.shown().count(), picker.typing()), (3, false));
        assert_eq!(picker.selected().unwrap().value, "slow", "the cursor is back at the value");
        assert_eq!(picker.act(Action::Back), Chosen::Leave);
    }

    #[test]
    fn nothing_is_chosen_where_nothing_is_selected() {
        let mut picker = picker().at(&Does::Say("none of them".to_owned()));
        assert_eq!(picker.selected().unwrap().value, "slow", "what is not there selects nothing else");
        picker = Picker { start: None, at: None, ..picker };
        assert_eq!(picker.act(Action::Enter), Chosen::Nothing);
        picker.act(Action::Up);
        assert_eq!(picker.act(Action::Enter), Chosen::One(Does::Say("Fastest".to_owned())));
    }

    #[test]
    fn what_is_not_in_the_list_can_be_typed_whatever_the_filter_says() {
        let mut picker = picker();
        picker.choices.push(Choice {
            value: "type it".to_owned(),
            words: String::new(),
            marked: false,
            does: Does::Type,
        });
        letters("xyz").iter().for_each(|edit| picker.edit(edit));
        assert_eq!((picker.act(Action::Enter), picker.letters()), (Chosen::One(Does::Type), "xyz"));
    }

    #[test]
    fn several_are_marked_and_taken_together() {
        let mut picker = picker().many();
        picker.act(Action::Toggle);
        picker.act(Action::Down);
        picker.act(Action::Toggle);
        assert_eq!(picker.act(Action::Enter), Chosen::Many(vec!["slow".to_owned(), "Fastest".to_owned()]));
    }
}
