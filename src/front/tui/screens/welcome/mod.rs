//! Welcome: what this is, and where it begins.
//!
//! ```text
//!  Installs JupyterHub, Ray and Dask, and proves they work.
//!  Nothing is changed before you agree; answers are kept.
//!
//!  Begin
//!  ▸ New setup on Kubernetes     current context `aks-prod`, 3 in all
//!    New setup on this machine   needs no cluster
//!  Presets: answers to begin with
//!    trial         this machine   Trial on this machine
//!    github        Kubernetes     GitHub login for an organization
//! ────────────────────────────────────────────────────────────────────────────
//!  The cluster is looked at first, so that storage and ingress classes can be
//!  chosen from lists.
//!  `hubwright --plain` asks line by line, for screen readers.
//! ```
mod draw;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crossterm::event::KeyCode;
use ratatui::{Frame, layout::Rect};
use tui_input::Input;

use crate::{
    front::{
        tui::{
            keys::{self, Action, Binding, Key, TYPING},
            screen::{Edit, Screen},
            theme::Theme,
            window::moved,
        },
        wizard::{
            shared::Shared,
            turn::{Place, Turn},
            welcome::{
                rows::{self, Deed, Item, Row},
                words,
            },
            wish::{News, Source, Wish},
        },
    },
    run::event::command,
};

/// Why nothing begins while something goes on. Short: it stands in one line.
const WAIT: &str = "a run goes on: the first line leads back; ^C stops it";

/// The keys.
const KEYS: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter), Key::Char(' ')], Action::Enter, "open", "begin with what is selected"),
    keys::UP,
    keys::DOWN,
    keys::PAGE_UP,
    keys::PAGE_DOWN,
    keys::FIRST,
    keys::LAST,
    Binding::new(&[Key::Code(KeyCode::Tab)], Action::Next, "next group", "the first line of the next group"),
    Binding::new(&[Key::Code(KeyCode::BackTab)], Action::Previous, "", "the first line of the group before"),
    Binding::new(&[Key::Char('/')], Action::Filter, "filter", "show only presets that hold some letters"),
    Binding::new(&[Key::Char('w')], Action::Look, "watch", "look on at the selected deployment"),
    Binding::new(&[Key::Char('v')], Action::Verify, "verify", "verify the selected deployment"),
    Binding::new(&[Key::Char('e')], Action::Edit, "change", "change the answers of the selected deployment"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "back", "close what is open, or take the filter away"),
    Binding::new(&[Key::Char('q')], Action::Leave, "leave", "leave; what was answered is kept"),
];

/// A field that takes letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typing {
    /// What presets must hold.
    Filter,
    /// The path of a preset.
    Path,
}

/// The screen.
#[derive(Debug, Default)]
pub struct Welcome {
    /// What the person moved to; `None`: the first line, whatever that is.
    selected: Option<Item>,
    /// The deployment whose deeds are listed.
    open: Option<PathBuf>,
    filter: Input,
    path: Input,
    typing: Option<Typing>,
    /// Answers were asked for, and the questions follow.
    opening: bool,
}

impl Welcome {
    fn rows(&self, shared: &Shared) -> Vec<Row> {
        rows::rows(shared, self.filter.value(), self.open.as_deref())
    }

    /// The lines that can be selected, and which one is.
    fn items(&self, shared: &Shared) -> (Vec<Item>, usize) {
        let items: Vec<Item> = self.rows(shared).into_iter().filter_map(Row::item).collect();
        let at = items.iter().position(|item| Some(item) == self.selected.as_ref()).unwrap_or_default();
        (items, at)
    }

    fn current(&self, shared: &Shared) -> Option<Item> {
        let (items, at) = self.items(shared);
        items.into_iter().nth(at)
    }

    fn step(&mut self, shared: &Shared, action: Action) {
        let (items, at) = self.items(shared);
        let last = items.len().saturating_sub(1);
        let at = moved(action, at, last).unwrap_or_else(|| match action {
            Action::Next => rows::next_group(&items, at),
            _ => rows::group_before(&items, at),
        });
        self.selected = items.into_iter().nth(at.min(last));
    }

    fn enter_item(&mut self, shared: &Shared) -> Vec<Turn> {
        match self.current(shared) {
            Some(Item::Running) => vec![Turn::Go(running(shared), None)],
            Some(Item::New(kind)) => self.open_source(Source::Fresh(kind)),
            // Nothing that was typed is lost: neither secrets, which are in no file, nor the way back.
            Some(Item::Draft(name)) if shared.has_open(&name) => vec![Turn::Go(Place::Questions, None)],
            Some(Item::Draft(name)) => self.open_source(Source::Draft(name)),
            Some(Item::Preset(name)) => self.open_source(Source::Preset(name)),
            Some(Item::Path) => {
                self.typing = Some(Typing::Path);
                Vec::new()
            }
            Some(Item::Resume(folder)) => resume(folder),
            Some(Item::Deployment(folder)) => {
                self.toggle(folder);
                Vec::new()
            }
            Some(Item::Deed(folder, deed)) => self.do_deed(folder, deed),
            None => Vec::new(),
        }
    }

    fn open_source(&mut self, source: Source) -> Vec<Turn> {
        self.opening = true;
        vec![Turn::Wish(Wish::Open(source))]
    }

    fn toggle(&mut self, folder: PathBuf) {
        if self.open.as_ref() == Some(&folder) {
            self.open = None;
        } else {
            self.selected = Some(Item::Deed(folder.clone(), Deed::Watch));
            self.open = Some(folder);
        }
    }

    /// What a letter does to the deployment under the cursor.
    fn deed(&mut self, deed: Deed, shared: &Shared) -> Vec<Turn> {
        let folder = self.current(shared).and_then(|item| item.folder().map(Path::to_path_buf));
        folder.map(|folder| self.do_deed(folder, deed)).unwrap_or_default()
    }

    fn do_deed(&mut self, folder: PathBuf, deed: Deed) -> Vec<Turn> {
        match deed {
            Deed::Watch => vec![Turn::Wish(Wish::Watch(folder)), Turn::Go(Place::Deployment, None)],
            Deed::Verify => {
                let wish = Wish::Verify { folder: Some(folder.clone()), rungs: Vec::new() };
                vec![answers_of(folder), Turn::Wish(wish), Turn::Go(Place::Verification, None)]
            }
            Deed::Change => self.open_source(Source::Deployment(folder)),
        }
    }

    /// Closes what is open. There is nothing before this screen: one Esc too many ends nothing.
    fn back(&mut self) -> Vec<Turn> {
        if let Some(folder) = self.open.take() {
            self.selected = Some(Item::Deployment(folder));
        } else if self.filter.value().is_empty() {
            return vec![Turn::Say("there is nothing before this; q leaves".to_owned())];
        } else {
            self.filter.reset();
        }
        Vec::new()
    }

    fn typed(&mut self, typing: Typing, action: Action, shared: &Shared) -> Vec<Turn> {
        match (typing, action) {
            (Typing::Filter, Action::Up | Action::Down) => self.step(shared, action),
            (Typing::Filter, Action::Enter | Action::Next | Action::Previous) => self.typing = None,
            (Typing::Filter, _) => {
                self.typing = None;
                self.filter.reset();
            }
            (Typing::Path, Action::Enter) if !self.path.value().trim().is_empty() => {
                self.typing = None;
                return self.open_source(Source::Preset(self.path.value().trim().to_owned()));
            }
            (Typing::Path, _) => self.typing = None,
        }
        Vec::new()
    }

    /// Whether what a key would begin has to wait for what goes on.
    fn has_to_wait(&self, action: Action, shared: &Shared) -> bool {
        let begins = match action {
            Action::Enter => self.current(shared).is_some_and(|item| item.begins()),
            Action::Look | Action::Verify | Action::Edit => true,
            _ => false,
        };
        begins && shared.busy()
    }

    /// A filter looks at presets: the first that it leaves is selected.
    fn filtered(&mut self, shared: &Shared) {
        let (items, _) = self.items(shared);
        self.selected = items.into_iter().find(|item| matches!(item, Item::Preset(_)));
    }

    fn works(&self, action: Action, shared: &Shared) -> bool {
        match action {
            Action::Filter => shared.beginnings.as_ref().is_some_and(|known| !known.presets.is_empty()),
            Action::Look | Action::Verify | Action::Edit => {
                self.current(shared).is_some_and(|item| item.folder().is_some())
            }
            _ => true,
        }
    }
}

/// Where what goes on is seen.
fn running(shared: &Shared) -> Place {
    if shared.run.command() == command::VERIFY { Place::Verification } else { Place::Deployment }
}

/// Secrets that were typed are of other answers.
fn resume(folder: PathBuf) -> Vec<Turn> {
    let resume = Wish::Resume(folder.clone(), BTreeMap::new());
    vec![answers_of(folder), Turn::Wish(resume), Turn::Go(Place::Deployment, None)]
}

/// What is found to be wrong leads to an answer, so the answers come with the deployment.
const fn answers_of(folder: PathBuf) -> Turn {
    Turn::Wish(Wish::Open(Source::Deployment(folder)))
}

impl Screen for Welcome {
    fn title(&self, _shared: &Shared) -> String {
        format!("welcome   {}", env!("CARGO_PKG_VERSION"))
    }

    fn keys(&self, shared: &Shared) -> Vec<Binding> {
        let current = self.current(shared);
        let named = |binding: &Binding| match binding.does {
            Action::Enter => binding.named(words::enter(current.as_ref(), self.open.is_some())),
            Action::Back if self.open.is_none() && self.filter.value().is_empty() => binding.named(""),
            _ => *binding,
        };
        KEYS.iter().filter(|binding| self.works(binding.does, shared)).map(named).collect()
    }

    fn typing(&self) -> bool {
        self.typing.is_some()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Vec<Turn> {
        if let Some(typing) = self.typing {
            return self.typed(typing, action, shared);
        }
        if self.has_to_wait(action, shared) {
            return vec![Turn::Say(WAIT.to_owned())];
        }
        match action {
            Action::Enter => return self.enter_item(shared),
            Action::Back => return self.back(),
            Action::Look => return self.deed(Deed::Watch, shared),
            Action::Verify => return self.deed(Deed::Verify, shared),
            Action::Edit => return self.deed(Deed::Change, shared),
            Action::Filter => {
                self.typing = Some(Typing::Filter);
                self.filtered(shared);
            }
            action => self.step(shared, action),
        }
        Vec::new()
    }

    fn typing_keys(&self) -> Vec<Binding> {
        let word = if self.typing == Some(Typing::Path) { "open" } else { "keep" };
        let named = |binding: &Binding| if binding.does == Action::Enter { binding.named(word) } else { *binding };
        TYPING.iter().map(named).collect()
    }

    /// A path may be pasted where one is to be typed.
    fn begin(&mut self, edit: &Edit, shared: &mut Shared) -> Vec<Turn> {
        match (edit, self.current(shared)) {
            (_, Some(Item::Path)) if !shared.busy() => {
                self.typing = Some(Typing::Path);
                self.edit(edit, shared);
                Vec::new()
            }
            (Edit::Paste(_), _) => vec![Turn::Say("a paste goes into a field: `another file` is one".to_owned())],
            (Edit::Key(_), _) => Vec::new(),
        }
    }

    fn edit(&mut self, edit: &Edit, shared: &mut Shared) {
        let Some(typing) = self.typing else { return };
        let field = if typing == Typing::Filter { &mut self.filter } else { &mut self.path };
        edit.change(field);
        if typing == Typing::Filter {
            self.filtered(shared);
        }
    }

    /// The target is looked at as soon as there are answers that say where it is.
    fn news(&mut self, news: &News, shared: &mut Shared) -> Vec<Turn> {
        match news {
            News::Opened(_) if std::mem::take(&mut self.opening) => {
                vec![Turn::Wish(shared.look_at_target(false)), Turn::Go(Place::Questions, None)]
            }
            News::Wrong(_) => {
                self.opening = false;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// What there is to begin with may have changed since.
    fn enter(&mut self, _at: Option<&str>, shared: &mut Shared) -> Vec<Turn> {
        (self.selected, self.open, self.typing) = (None, None, None);
        if shared.beginnings.is_some() { vec![Turn::Wish(Wish::Beginnings)] } else { Vec::new() }
    }

    /// The answers that one comes back from are offered, too.
    fn again(&mut self, shared: &mut Shared) -> Vec<Turn> {
        shared.keep_draft().into_iter().chain([Turn::Wish(Wish::Beginnings)]).collect()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, shared: &Shared, theme: &Theme) {
        draw::draw(self, frame, area, shared, theme);
    }
}
