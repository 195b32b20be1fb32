//! Review: everything once more before it begins. Parts side by side as tabs; on a wide terminal the first one stays on the left.
//!
//! ```text
//!  [Check 1!]  Answers 6  Steps 8  Files 9  Command
//! ────────────────────────────────────────────────────────────────
//!  ✗ 1 thing stands in the way
//!  ▸ ✗ this cluster has no default kind of disk …     storage.class
//!      → choose one with `--set storage.class=NAME`: `ssd`
//!    ! everybody with a GitHub account may log in      login.allow
//!
//!  Install into namespace hub of prod: 8 steps
//!  3 lines change, in 2 of 9 files
//!    [x] verify afterwards
//!    [ Install ]
//! ```
mod answers;
mod asking;
mod check;
mod command;
mod files;
mod part;
mod row;
mod start;
mod steps;
#[cfg(test)]
mod tests;
mod viewer;

use crossterm::event::KeyCode;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use self::{
    asking::Field,
    part::Part,
    row::{Does, Row, Rows},
    viewer::Viewer,
};
use crate::{
    answers::tree::Answers,
    front::{
        review as words,
        tui::{
            keys::{Action, Binding, Key},
            screen::{Edit, Place, Screen, Turn},
            shared::Shared,
            text,
            theme::{Role, Theme},
            wish::{News, Preview, Wish},
        },
    },
    plan::diff::Diff,
    problem::Problem,
};

/// Columns from which on the first part stays on the left.
const WIDE: u16 = 110;
/// Rows of the list by which a page moves.
const PAGE: isize = 10;

const KEYS: &[Binding] = &[
    Binding::new(
        &[Key::Code(KeyCode::Enter)],
        Action::Enter,
        "open",
        "open the file, go to the answer, press what is selected",
    ),
    Binding::new(&[Key::Code(KeyCode::Tab), Key::Code(KeyCode::Right)], Action::Next, "next part", "to the next part"),
    Binding::new(&[Key::Code(KeyCode::BackTab), Key::Code(KeyCode::Left)], Action::Previous, "", "to the part before"),
    Binding::new(&[Key::Ctrl('g')], Action::Start, "install", "install: says what will happen, and asks"),
    Binding::new(&[Key::Char('e')], Action::Edit, "change", "change the answer that is selected"),
    Binding::new(&[Key::Char('v'), Key::Char(' ')], Action::Toggle, "verify", "verify afterwards, or not"),
    Binding::new(&[Key::Char('r')], Action::Retry, "check", "check against the target again"),
    Binding::new(&[Key::Char('s'), Key::Ctrl('s')], Action::Save, "save", "save these answers as a preset"),
    Binding::new(&[Key::Char('c')], Action::Copy, "copy", "copy the command that installs the same"),
    Binding::new(&[Key::Code(KeyCode::Up), Key::Char('k')], Action::Up, "", "one line up"),
    Binding::new(&[Key::Code(KeyCode::Down), Key::Char('j')], Action::Down, "", "one line down"),
    Binding::new(&[Key::Code(KeyCode::PageUp)], Action::PageUp, "", "one page up"),
    Binding::new(&[Key::Code(KeyCode::PageDown)], Action::PageDown, "", "one page down"),
    Binding::new(&[Key::Code(KeyCode::Home), Key::Char('g')], Action::First, "", "to the first line"),
    Binding::new(&[Key::Code(KeyCode::End), Key::Char('G')], Action::Last, "", "to the last line"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "to the screen before"),
];

/// The screen.
#[derive(Debug)]
pub struct Review {
    part: Part,
    /// Which of the rows that can be selected is, by part.
    cursors: [usize; Part::ALL.len()],
    verify: bool,
    viewer: Option<Viewer>,
    /// Name of the preset that is to be saved.
    name: Option<Field>,
    /// Whether a preset is being saved, so that what is wrong is about that.
    saving: bool,
    checked: Checked,
}

/// What is known from the target.
#[derive(Debug, Default)]
struct Checked {
    /// Answers that were asked about last.
    asked: Option<Answers>,
    /// Whether the answer is on its way.
    waiting: bool,
    /// Why it could not be checked.
    failed: Vec<Problem>,
    /// Of each file, what is different from what is deployed; `None`: nothing is.
    diffs: Vec<Option<Diff>>,
}

/// How far the answers are from being installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Answers are missing or wrong.
    Incomplete,
    /// The target is asked, or has to be.
    Checking,
    /// The target could not be asked, or does not do.
    Failed,
    /// Checked, just as they are.
    Checked,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            part: Part::Check,
            cursors: [0; Part::ALL.len()],
            verify: true,
            viewer: None,
            name: None,
            saving: false,
            checked: Checked::default(),
        }
    }
}

/// What rows are made from.
struct Seen<'s> {
    review: &'s Review,
    shared: &'s Shared,
    theme: &'s Theme,
    /// Columns.
    width: usize,
}

impl Seen<'_> {
    /// The preview, if it is of these answers.
    fn preview(&self) -> Option<&Preview> {
        let known = self.review.standing(self.shared) == Standing::Checked;
        self.shared.preview.as_ref().filter(|_| known)
    }

    /// What there is instead of what the preview would tell.
    fn nothing(&self) -> Vec<Row> {
        let words = match self.review.standing(self.shared) {
            Standing::Incomplete => "answers are missing or wrong: see Check",
            Standing::Failed => "the target could not be asked: see Check",
            Standing::Checking | Standing::Checked => "checking against the target",
        };
        vec![Row::text(format!(" {words}"), self.theme.style(Role::Quiet))]
    }
}

impl Review {
    fn standing(&self, shared: &Shared) -> Standing {
        if shared.draft.resolved().is_err() {
            return Standing::Incomplete;
        }
        let asked = self.checked.asked.as_ref() == Some(&shared.draft.layers().merged());
        match (asked && !self.checked.waiting, shared.preview.is_some()) {
            (true, _) if !self.checked.failed.is_empty() => Standing::Failed,
            (true, true) => Standing::Checked,
            (false, _) | (true, false) => Standing::Checking,
        }
    }

    fn rows(&self, part: Part, shared: &Shared, width: usize, theme: &Theme) -> Rows {
        let seen = Seen { review: self, shared, theme, width };
        Rows::new(match part {
            Part::Check => check::rows(&seen),
            Part::Answers => answers::rows(&seen),
            Part::Steps => steps::rows(&seen),
            Part::Files => files::rows(&seen),
            Part::Command => command::rows(&seen),
        })
    }

    /// The rows that keys are about; what they do depends on no width.
    fn live(&self, shared: &Shared) -> Rows {
        self.rows(self.part, shared, 80, &Theme::PLAIN)
    }

    fn selected(&self, shared: &Shared) -> Does {
        self.live(shared).does(self.cursor())
    }

    fn cursor(&self) -> usize {
        self.cursors.get(self.part.index()).copied().unwrap_or_default()
    }

    fn select(&mut self, to: usize, shared: &Shared) {
        let last = self.live(shared).last();
        if let Some(cursor) = self.cursors.get_mut(self.part.index()) {
            *cursor = to.min(last);
        }
    }

    /// Asks the target, if the answers are complete.
    fn check(&mut self, shared: &Shared) -> Vec<Turn> {
        if shared.draft.resolved().is_err() {
            return Vec::new();
        }
        self.checked = Checked { asked: Some(shared.draft.layers().merged()), waiting: true, ..Checked::default() };
        vec![Turn::Wish(Wish::Preview(shared.intent(true)))]
    }

    /// The same where that was not done for just these answers.
    fn check_if_changed(&mut self, shared: &Shared) -> Vec<Turn> {
        let same = self.checked.asked.as_ref() == Some(&shared.draft.layers().merged());
        if same && (self.checked.waiting || self.standing(shared) == Standing::Checked) {
            return Vec::new();
        }
        self.check(shared)
    }

    fn go_to_part(&mut self, part: Part) -> Vec<Turn> {
        self.part = part;
        Vec::new()
    }

    fn does(&mut self, does: Does, shared: &mut Shared) -> Vec<Turn> {
        match does {
            Does::Nothing => Vec::new(),
            Does::Go(key) => vec![Turn::Go(Place::Questions, Some(key))],
            Does::Open(file) => self.open(file, shared),
            Does::Verify => self.toggle(),
            Does::Start => start::turns(self, shared),
            Does::Copy => copy(self, shared),
            Does::Save => self.save(),
        }
    }

    fn toggle(&mut self) -> Vec<Turn> {
        self.verify = !self.verify;
        Vec::new()
    }

    fn open(&mut self, file: usize, shared: &Shared) -> Vec<Turn> {
        let view = shared.preview.as_ref().and_then(|preview| preview.files.get(file));
        let diff = self.checked.diffs.get(file).and_then(Option::as_ref);
        self.viewer = view.map(|view| Viewer::new(view, diff));
        Vec::new()
    }

    fn save(&mut self) -> Vec<Turn> {
        self.name = Some(Field::new("save as preset", ""));
        Vec::new()
    }

    /// A key while a name is typed.
    fn naming(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        let Some(name) = self.name.take().filter(|_| action != Action::Back) else { return Vec::new() };
        let name = name.value().trim().to_owned();
        if name.is_empty() {
            return vec![Turn::Say("a preset needs a name: letters, digits and `-`".to_owned())];
        }
        self.saving = true;
        let layers = Box::new(shared.draft.layers().clone());
        vec![Turn::Wish(Wish::SavePreset { title: name.clone(), name, layers })]
    }

    fn moved(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        let by = |by: isize| self.cursor().saturating_add_signed(by);
        let to = match action {
            Action::Up => by(-1),
            Action::Down => by(1),
            Action::PageUp => by(-PAGE),
            Action::PageDown => by(PAGE),
            Action::Last => usize::MAX,
            _ => 0,
        };
        self.select(to, shared);
        Vec::new()
    }

    fn edit_selected(&self, shared: &Shared) -> Vec<Turn> {
        match self.selected(shared) {
            Does::Go(key) => vec![Turn::Go(Place::Questions, Some(key))],
            _ => vec![Turn::Go(Place::Questions, None)],
        }
    }

    fn works(&self, binding: &Binding, shared: &Shared) -> bool {
        match binding.does {
            Action::Enter => self.selected(shared) != Does::Nothing,
            Action::Start => start::why_not(self, shared).is_none(),
            Action::Retry => shared.draft.resolved().is_ok() && !self.checked.waiting,
            _ => true,
        }
    }

    fn word(&self, shared: &Shared) -> &'static str {
        match self.selected(shared) {
            Does::Go(_) => "change",
            Does::Open(_) => "open",
            Does::Verify => "turn",
            Does::Start => "install",
            Does::Copy => "copy",
            Does::Save => "save",
            Does::Nothing => "",
        }
    }
}

fn copy(review: &Review, shared: &Shared) -> Vec<Turn> {
    vec![Turn::Wish(Wish::Copy(command::lines(review, shared).join("\n")))]
}

impl Screen for Review {
    fn title(&self, shared: &Shared) -> String {
        match shared.preview.as_ref().filter(|_| self.standing(shared) == Standing::Checked) {
            Some(preview) => format!("review · install {}", preview.place),
            None => "review".to_owned(),
        }
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        if self.viewer.is_some() {
            return viewer::KEYS.to_vec();
        }
        let named = |binding: &Binding| match binding.does {
            Action::Enter => Binding { word: self.word(shared), ..*binding },
            _ => *binding,
        };
        KEYS.iter().filter(|binding| self.works(binding, shared)).map(named).collect()
    }

    fn typing(&self) -> bool {
        self.name.is_some() || self.viewer.as_ref().is_some_and(Viewer::typing)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        if self.name.is_some() {
            return self.naming(action, shared);
        }
        if let Some(viewer) = &mut self.viewer {
            if viewer.act(action) {
                self.viewer = None;
            }
            return Vec::new();
        }
        match action {
            Action::Enter => self.does(self.selected(shared), shared),
            Action::Next => self.go_to_part(self.part.next()),
            Action::Previous => self.go_to_part(self.part.previous()),
            Action::Start => start::turns(self, shared),
            Action::Edit => self.edit_selected(shared),
            Action::Toggle => self.toggle(),
            Action::Retry => self.check(shared),
            Action::Save => self.save(),
            Action::Copy => copy(self, shared),
            Action::Back => vec![Turn::Back],
            action => self.moved(action, shared),
        }
    }

    fn edit(&mut self, edit: &Edit, _shared: &mut Shared) {
        match (&mut self.name, &mut self.viewer) {
            (Some(name), _) => name.edit(edit),
            (None, Some(viewer)) => viewer.edit(edit),
            (None, None) => {}
        }
    }

    fn news(&mut self, news: &News, shared: &mut Shared) -> Vec<Turn> {
        match news {
            News::Previewed(preview) => {
                self.checked.waiting = false;
                self.checked.diffs = words::diffs(preview);
            }
            News::Saved { .. } => self.saving = false,
            News::Wrong(_) if self.saving => self.saving = false,
            News::Wrong(problems) if self.checked.waiting => {
                self.checked.waiting = false;
                self.checked.failed.clone_from(problems);
            }
            News::Opened(_) => *self = Self::default(),
            // What is deployed is another now; who stands here already would wait for ever.
            News::Ended(_) => {
                self.checked = Checked::default();
                if shared.place == Place::Review {
                    return self.check_if_changed(shared);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn enter(&mut self, at: Option<&str>, shared: &mut Shared) -> Vec<Turn> {
        if let Some(part) = at.and_then(Part::named) {
            self.part = part;
        }
        self.viewer = None;
        self.check_if_changed(shared)
    }

    fn again(&mut self, shared: &mut Shared) -> Vec<Turn> {
        self.check_if_changed(shared)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        let asking = u16::from(self.name.is_some());
        let [area, field] = Layout::vertical([Constraint::Min(0), Constraint::Length(asking)]).areas(area);
        match &self.viewer {
            Some(viewer) => viewer.draw(frame, area, theme),
            None => self.draw_parts(frame, area, shared, theme),
        }
        if let Some(name) = &self.name {
            name.draw(frame, field, theme);
        }
    }
}

impl Review {
    fn draw_parts(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        let [tabs, rule, body] =
            Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)]).areas(area);
        frame.render_widget(self.tabs(shared, theme), tabs);
        frame.render_widget(theme.glyphs.rule.repeat(usize::from(rule.width)), rule);
        if area.width < WIDE {
            return self.draw_part(frame, body, self.part, shared, theme);
        }
        let [left, bar, right] =
            Layout::horizontal([Constraint::Length(area.width * 2 / 5), Constraint::Length(2), Constraint::Min(0)])
                .areas(body);
        self.draw_part(frame, left, Part::Check, shared, theme);
        row::draw_bar(frame, bar, theme);
        let beside = if self.part == Part::Check { Part::Answers } else { self.part };
        self.draw_part(frame, right, beside, shared, theme);
    }

    fn draw_part(&self, frame: &mut Frame<'_>, area: Rect, part: Part, shared: &Shared, theme: &Theme) {
        let rows = self.rows(part, shared, usize::from(area.width), theme);
        let cursor = self.cursors.get(part.index()).copied().unwrap_or_default();
        rows.draw(frame, area, (part == self.part).then_some(cursor), theme);
    }

    fn tabs(&self, shared: &Shared, theme: &Theme) -> Line<'static> {
        let mut spans = vec![Span::raw(" ")];
        for part in Part::ALL {
            let words = part.words(self, shared);
            // Brackets, so that the part is told without colour as well.
            let (words, role) = if part == self.part {
                (format!("[{words}]"), Role::Title)
            } else {
                (format!(" {words} "), Role::Quiet)
            };
            spans.push(Span::styled(text::cut(&words, 24, theme.glyphs.ellipsis), theme.style(role)));
        }
        Line::from(spans)
    }
}
