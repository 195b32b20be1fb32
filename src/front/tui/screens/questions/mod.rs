//! Questions: left the way, right the section, below the help of what is selected. Below 80 columns one line takes the place
//! of the way.
//!
//! ```text
//!   Target        ✓ │ Login
//!   Components    ✓ │
//! ▸ Login       2 ! │    Login           azuread                        preset
//!   Access and TLS ✓│    Tenant          contoso.onmicrosoft.com        typed
//!   Storage       ✓ │    Client secret   from env AZURE_SECRET          typed
//!   Ray           ✓ │▸   Who may log in  ‹ groups ›                     typed
//!  ──────────────── │ !  Groups          (needs an answer)
//!   Fit             │                    ! name at least one
//!   Review          │    [ go on: Access and TLS ]
//! ──────────────────┴──────────────────────────────────── ↓ 2 more ─────────────
//!  Who may log in: without a rule nobody but admins may: choose one. groups:
//!  members of `login.groups` (Azure AD).
//! ```
//!
//! A row of a table is a form of its own, in the same place. What is typed is kept by [`Typing`], what is chosen by
//! [`Picker`]; both leave the answers alone until it is decided. Must not hold a rule, a default or a wording of a question.
mod answering;
mod changing;
mod drawing;
mod edit;
mod form;
mod help;
mod keys;
mod moving;
mod picker;
mod sections;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod value;
mod way;
mod widths;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
};
use tui_input::InputRequest;

use self::{drawing::Picture, edit::Typing, form::Item, picker::Picker, way::Way};
use crate::{
    answers::tree::Target,
    front::{
        tui::{
            keys::{Action, Binding},
            screen::{Edit, Screen},
            text,
            theme::{Role, Theme},
        },
        wizard::{
            shared::Shared,
            turn::{Look, Turn},
            wish::News,
        },
    },
};

/// Columns from which the sections have a pane of their own.
const WIDE: u16 = 80;

/// The screen.
#[derive(Default)]
pub struct Questions {
    way: Way,
    mode: Mode,
    /// The row that was just added, while nothing is said in it.
    fresh: Option<(String, usize)>,
    /// The target that was looked at last.
    looked: Option<Target>,
}

/// What keys do.
#[derive(Default)]
enum Mode {
    /// They move over the form.
    #[default]
    Moving,
    /// They go into a field.
    Typing(Typing),
    /// They choose from a list.
    Picking(Picker),
}

impl Screen for Questions {
    fn title(&self, shared: &Shared) -> String {
        let about = if shared.about.is_empty() { "questions" } else { &shared.about };
        format!("{about}: {}", target::words(shared))
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        match &self.mode {
            Mode::Picking(picker) => {
                let works = |binding: &&Binding| match binding.does {
                    Action::Toggle => picker.many,
                    Action::Filter => picker.long(),
                    _ => true,
                };
                let named = |binding: &Binding| match binding.does {
                    Action::Enter if picker.many => binding.named("keep"),
                    _ => *binding,
                };
                let bindings = keys::PICKER.iter().filter(works).map(named);
                bindings.chain((!picker.many).then_some(keys::SPACE)).collect()
            }
            _ => self.form_keys(shared),
        }
    }

    fn about(&self, shared: &Shared) -> Option<String> {
        let items = form::items(shared, &self.way);
        Some(help::whole(&self.picture(shared, &items, &Theme::PLAIN))).filter(|help| !help.is_empty())
    }

    fn typing(&self) -> bool {
        match &self.mode {
            Mode::Moving => false,
            Mode::Typing(_) => true,
            Mode::Picking(picker) => picker.typing(),
        }
    }

    fn typing_keys(&self) -> Vec<Binding> {
        match &self.mode {
            Mode::Picking(picker) => {
                let (enter, back) = picker.ways_out();
                keys::filtering(enter, back)
            }
            _ => keys::typing(),
        }
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        let mut turns = match self.mode {
            Mode::Moving => self.moved(action, shared),
            Mode::Typing(_) => self.typed(action, shared),
            Mode::Picking(_) => self.picked(action, shared),
        };
        // While somebody goes through the choices there is nothing to look at yet.
        if matches!(self.mode, Mode::Moving) && !matches!(action, Action::Left | Action::Right | Action::Toggle) {
            turns.extend(self.look_if_another(shared));
        }
        turns
    }

    fn edit(&mut self, edit: &Edit, shared: &mut Shared) {
        self.change(edit, shared);
    }

    fn begin(&mut self, edit: &Edit, shared: &mut Shared) -> Vec<Turn> {
        match (&self.mode, edit) {
            (Mode::Moving, _) => return self.begun(edit, shared),
            (_, Edit::Key(InputRequest::InsertChar(_)) | Edit::Paste(_)) => self.change(edit, shared),
            _ => {}
        }
        Vec::new()
    }

    fn news(&mut self, news: &News, _shared: &mut Shared) -> Vec<Turn> {
        // Other answers: nothing of the old ones counts.
        if let News::Opened(_) = news {
            *self = Self::default();
        }
        Vec::new()
    }

    fn enter(&mut self, at: Option<&str>, shared: &mut Shared) -> Vec<Turn> {
        self.mode = Mode::Moving;
        if let Some(key) = at {
            self.jump(key, shared);
        }
        if shared.look == Look::Not {
            self.looked = None;
        }
        self.look_if_another(shared).into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        let rows: u16 = match area.height {
            0..18 => 2,
            18..36 => 3,
            _ => 5,
        };
        let [body, rule, help] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(1), Constraint::Length(rows)]).areas(area);
        let items = form::items(shared, &self.way);
        let mut picture = self.picture(shared, &items, theme);
        if body.width < WIDE && self.way.spot().row.is_none() {
            // The line above says it already.
            picture.head.clear();
        }
        let (form, bar) = self.draw_way(frame, body, shared, theme);
        let below = match &self.mode {
            Mode::Picking(picker) => {
                picker.draw(frame, form, theme);
                0
            }
            _ => drawing::draw(frame, form, &picture),
        };
        draw_rule(frame, rule, bar, below, theme);
        frame.render_widget(Text::from(self.help(&picture, help)), help);
    }
}

impl Questions {
    fn picture<'p>(&'p self, shared: &'p Shared, items: &'p [Item], theme: &'p Theme) -> Picture<'p> {
        let typing = match &self.mode {
            Mode::Typing(typing) => Some(typing),
            _ => None,
        };
        Picture { shared, items, here: form::standing(items, &self.way.spot()), typing, head: self.head(shared), theme }
    }

    /// The line above the form: section, and the row that is open.
    fn head(&self, shared: &Shared) -> String {
        let section = way::title(&shared.draft, self.way.number());
        let Some((table, index)) = self.way.spot().row else { return section.to_owned() };
        let row = table::rows(shared, &table).into_iter().nth(index).unwrap_or_default();
        format!("{section} / {}", table::name(&row))
    }

    /// Draws the sections; gives back what is left for the form, and the column of the bar between them.
    fn draw_way(&self, frame: &mut Frame<'_>, body: Rect, shared: &Shared, theme: &Theme) -> (Rect, Option<u16>) {
        if body.width < WIDE {
            let [crumbs, form] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(body);
            frame.render_widget(sections::crumbs(shared, &self.way, usize::from(body.width), theme), crumbs);
            return (form, None);
        }
        let pane = if body.width >= 110 { 30 } else { 22 };
        let [sections, bar, form] =
            Layout::horizontal([Constraint::Length(pane), Constraint::Length(1), Constraint::Min(0)]).areas(body);
        sections::draw(frame, sections, shared, &self.way, theme);
        let line = Line::styled(theme.glyphs.bar, theme.style(Role::Quiet));
        frame.render_widget(Text::from(vec![line; usize::from(bar.height)]), bar);
        (form, Some(bar.x))
    }

    fn help(&self, picture: &Picture<'_>, area: Rect) -> Vec<Line<'static>> {
        let room = usize::from(area.width);
        let chosen = match &self.mode {
            Mode::Picking(picker) => picker.selected().filter(|choice| !choice.words.is_empty()),
            _ => None,
        };
        match chosen {
            Some(choice) => {
                let lines = text::wrap(&format!("{}: {}", choice.value, choice.words), room.saturating_sub(2));
                lines.into_iter().map(|line| Line::raw(format!(" {line}"))).collect()
            }
            None => help::lines(picture, room, usize::from(area.height)),
        }
    }
}

/// The rule between form and help, with how much is below what is seen.
fn draw_rule(frame: &mut Frame<'_>, area: Rect, bar: Option<u16>, below: usize, theme: &Theme) {
    let glyphs = theme.glyphs;
    let more = if below == 0 { String::new() } else { format!(" {} {below} more ", glyphs.more[3]) };
    let width = usize::from(area.width);
    let before = bar.map_or(0, |bar| usize::from(bar.saturating_sub(area.x))).min(width);
    let joint = if bar.is_some() { glyphs.joints[1] } else { glyphs.rule };
    let rest = width.saturating_sub(before + 1 + text::width(&more) + 2);
    let rule = theme.style(Role::Quiet);
    let line = Line::from_iter([
        Span::styled(glyphs.rule.repeat(before) + joint + &glyphs.rule.repeat(rest), rule),
        Span::styled(more, theme.style(Role::Key)),
        Span::styled(glyphs.rule.repeat(2), rule),
    ]);
    frame.render_widget(line, area);
}
