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
//!    [ Install ]
//!        first mend what stands in the way
//!    [x] verify afterwards
//! ```
mod answers;
mod asking;
mod check;
mod checked;
mod command;
mod files;
mod keys;
mod part;
mod row;
mod saving;
mod seen;
mod start;
mod steps;
#[cfg(test)]
mod tests;
mod viewer;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
};

use self::{
    checked::Checked,
    part::Part,
    row::{Does, Rows},
    saving::{Saving, Step},
    seen::Seen,
    viewer::Viewer,
};
use crate::front::{
    tui::{
        keys::{Action, Binding},
        screen::{Edit, Screen},
        theme::Theme,
        window::moved,
    },
    wizard::{
        shared::Shared,
        turn::{Place, Turn},
        wish::{News, Wish},
    },
};

/// The screen.
#[derive(Debug, Default)]
pub struct Review {
    part: Part,
    /// Which of the rows that can be selected is, by part.
    cursors: [usize; Part::ALL.len()],
    viewer: Option<Viewer>,
    saving: Option<Saving>,
    /// Whether a preset is being saved, so that what is wrong is about that.
    being_saved: bool,
    checked: Checked,
}

impl Review {
    /// The rows that keys are about; what they do depends on no width.
    fn live(&self, shared: &Shared) -> Rows {
        Seen { review: self, shared, theme: &Theme::PLAIN, width: 80, keyed: false }.rows(self.part)
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

    fn go_to_part(&mut self, part: Part) -> Vec<Turn> {
        self.part = part;
        Vec::new()
    }

    fn does(&mut self, does: Does, shared: &mut Shared) -> Vec<Turn> {
        match does {
            Does::Nothing => Vec::new(),
            Does::Go(key) => vec![Turn::Go(Place::Questions, Some(key))],
            Does::Open(file) => self.open(file, shared),
            Does::Verify => vec![Turn::Say(shared.toggle_verify().to_owned())],
            Does::Start => start::turns(self, shared),
            Does::Copy => copy(self, shared),
            Does::Save => self.save(),
        }
    }

    fn open(&mut self, file: usize, shared: &Shared) -> Vec<Turn> {
        let preview = self.checked.preview(shared);
        let view = preview.and_then(|preview| Some((preview, preview.files.get(file)?)));
        let diff = self.checked.diffs.get(file).and_then(Option::as_ref);
        self.viewer = view.map(|(preview, view)| Viewer::new(view, &files::words(preview, view, diff), diff));
        Vec::new()
    }

    fn save(&mut self) -> Vec<Turn> {
        self.saving = Some(Saving::new());
        Vec::new()
    }

    /// A key while a preset is named.
    fn say_name(&mut self, saving: Saving, action: Action, shared: &Shared) -> Vec<Turn> {
        match saving.act(action, shared) {
            Step::Asking(saving) => {
                self.saving = Some(saving);
                Vec::new()
            }
            Step::End(turns) => {
                self.being_saved = !turns.is_empty();
                turns
            }
        }
    }

    fn moved(&mut self, action: Action, shared: &Shared) -> Vec<Turn> {
        if let Some(to) = moved(action, self.cursor(), usize::MAX) {
            self.select(to, shared);
        }
        Vec::new()
    }

    fn act_on_rows(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        match action {
            Action::Enter | Action::Edit => self.does(self.selected(shared), shared),
            Action::Next => self.go_to_part(self.part.next()),
            Action::Previous => self.go_to_part(self.part.previous()),
            Action::Start => start::turns(self, shared),
            Action::Toggle => self.does(Does::Verify, shared),
            Action::Retry => self.checked.ask(shared),
            Action::Save => self.save(),
            Action::Copy => copy(self, shared),
            Action::Back => vec![Turn::Back],
            action => self.moved(action, shared),
        }
    }
}

fn copy(review: &Review, shared: &Shared) -> Vec<Turn> {
    vec![Turn::Wish(Wish::Copy(command::lines(review, shared).join("\n")))]
}

impl Screen for Review {
    fn title(&self, shared: &Shared) -> String {
        match self.checked.checked(shared) {
            Some(preview) => format!("review · install {}", preview.place),
            None => "review".to_owned(),
        }
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        self.viewer.as_ref().map_or_else(|| keys::live(self, shared), Viewer::keys)
    }

    fn typing(&self) -> bool {
        self.saving.is_some() || self.viewer.as_ref().is_some_and(Viewer::typing)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        if let Some(saving) = self.saving.take() {
            return self.say_name(saving, action, shared);
        }
        let Some(viewer) = &mut self.viewer else { return self.act_on_rows(action, shared) };
        if viewer.act(action) {
            self.viewer = None;
        }
        Vec::new()
    }

    fn edit(&mut self, edit: &Edit, _shared: &mut Shared) {
        match (&mut self.saving, &mut self.viewer) {
            (Some(saving), _) => saving.edit(edit),
            (None, Some(viewer)) => viewer.edit(edit),
            (None, None) => {}
        }
    }

    fn news(&mut self, news: &News, shared: &mut Shared) -> Vec<Turn> {
        match news {
            News::Previewed(preview) => self.checked.told(preview),
            News::Saved { .. } | News::PresetThere { .. } => self.being_saved = false,
            News::Wrong(_) if self.being_saved => self.being_saved = false,
            News::Wrong(why) => self.checked.refused(why),
            News::Opened(_) => *self = Self::default(),
            // What is deployed is another now; who stands here already would wait for ever.
            News::Ended(_) => {
                self.checked = Checked::default();
                if shared.place == Place::Review {
                    return self.checked.ask_if_changed(shared);
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
        self.checked.ask_if_changed(shared)
    }

    fn again(&mut self, shared: &mut Shared) -> Vec<Turn> {
        self.checked.ask_if_changed(shared)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        let below = if self.saving.is_some() { saving::HEIGHT } else { 0 };
        let [area, asking] = Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(area);
        match &self.viewer {
            Some(viewer) => viewer.draw(frame, area, theme),
            None => seen::draw(self, frame, area, shared, theme),
        }
        if let Some(saving) = &self.saving {
            saving.draw(frame, asking, theme);
        }
    }
}
