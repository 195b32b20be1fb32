//! Where it begins: a new setup, a preset, what was left unfinished, or a deployment that is there. The same lines as on the
//! welcome screen. Must not know what is asked afterwards.
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    At, Reply, Wizard,
    menu::{Line, Picked},
};
use crate::{
    front::{
        message,
        wizard::{
            welcome::{
                rows::{self, Deed, Item, Row},
                words,
            },
            wish::{Source, Wish},
        },
    },
    problem::Problem,
};

/// What can be begun.
enum Begin {
    Item(Item),
    Leave,
}

/// What can be done with a deployment.
enum Deal {
    Deed(Deed),
    Status,
    Back,
}

impl Wizard<'_> {
    pub(super) fn beginning(&mut self) -> Result<At, Problem> {
        self.grant(Wish::Beginnings);
        self.tell("");
        let lines = self.begin_lines();
        match self.pick(lines, None)? {
            Picked::One(Begin::Item(item)) => self.begin(item),
            Picked::One(Begin::Leave) | Picked::Back => Ok(At::End(self.shared.exit())),
            Picked::Leave => Ok(At::End(self.shared.interrupted())),
        }
    }

    fn begin_lines(&self) -> Vec<Line<Begin>> {
        let lines = rows::rows(&self.shared, "", None).into_iter().flat_map(|row| match row {
            Row::Head(group) => vec![Line::text(words::group(group))],
            Row::Nothing(words) => vec![Line::text(&format!("  {words}"))],
            Row::Item(item) => self.begin_line(item),
        });
        lines.chain([Line::new(Begin::Leave, "leave", "end here")]).collect()
    }

    /// A line, and what more there is to know of it.
    fn begin_line(&self, item: Item) -> Vec<Line<Begin>> {
        let said = words::words(&item, &self.shared);
        let about = if said.kind.is_empty() { said.about } else { format!("{}; for {}", said.about, said.kind) };
        let more = match &item {
            // What is known of a deployment is told once it is chosen; of a preset the title was told.
            Item::Deployment(_) | Item::Resume(_) => Vec::new(),
            Item::Preset(name) => self.description(name),
            item => words::more(item, &self.shared),
        };
        let more = more.into_iter().filter(|more| !more.is_empty()).map(|more| Line::text(&format!("     {more}")));
        [Line::new(Begin::Item(item), &said.name, &about)].into_iter().chain(more).collect()
    }

    fn description(&self, name: &str) -> Vec<String> {
        let known = self.shared.beginnings.iter().flat_map(|known| &known.presets);
        known.filter(|preset| preset.name == name).map(|preset| preset.description.clone()).collect()
    }

    fn begin(&mut self, item: Item) -> Result<At, Problem> {
        match item {
            // Nothing goes on while something can be begun.
            Item::Running => Ok(At::Beginning),
            Item::New(kind) => Ok(self.open(Source::Fresh(kind))),
            Item::Draft(name) if self.shared.has_open(&name) => Ok(At::Section(0, false)),
            Item::Draft(name) => Ok(self.open(Source::Draft(name))),
            Item::Preset(name) => Ok(self.open(Source::Preset(name))),
            Item::Path => self.path(),
            Item::Resume(folder) => {
                self.turn_to(&folder);
                self.work(Wish::Resume(folder, BTreeMap::new()))
            }
            Item::Deployment(folder) | Item::Deed(folder, _) => self.deployment(&folder),
        }
    }

    fn path(&mut self) -> Result<At, Problem> {
        match self.asker.line("Path of the preset:", "")? {
            Reply::Text(path) if !path.trim().is_empty() => Ok(self.open(Source::Preset(path.trim().to_owned()))),
            Reply::Text(_) | Reply::Back => Ok(At::Beginning),
            Reply::Leave => Ok(At::End(self.shared.interrupted())),
        }
    }

    /// What can be done with a deployment, until the person goes elsewhere.
    fn deployment(&mut self, folder: &Path) -> Result<At, Problem> {
        loop {
            let lines = self.deals(folder);
            match self.pick(lines, None)? {
                Picked::One(Deal::Deed(deed)) => return self.deal(folder.to_owned(), deed),
                Picked::One(Deal::Status) => self.tell_status(folder),
                Picked::One(Deal::Back) | Picked::Back => return Ok(At::Beginning),
                Picked::Leave => return Ok(At::End(self.shared.interrupted())),
            }
        }
    }

    fn deals(&self, folder: &Path) -> Vec<Line<Deal>> {
        let said = words::words(&Item::Deployment(folder.to_owned()), &self.shared);
        let deed = |deed| {
            let said = words::words(&Item::Deed(folder.to_owned(), deed), &self.shared);
            Line::new(Deal::Deed(deed), said.name.trim(), &said.about)
        };
        let status = Line::new(Deal::Status, "status", "what runs now, in words, and where the hub is");
        let back = Line::new(Deal::Back, "back", "to the beginning");
        [Line::text(&format!("\n{}: {}", said.name, said.about))]
            .into_iter()
            .chain(Deed::ALL.map(deed))
            .chain([status, back])
            .collect()
    }

    fn deal(&mut self, folder: PathBuf, deed: Deed) -> Result<At, Problem> {
        if deed == Deed::Change {
            self.shared.folder = Some(folder.clone());
            return Ok(self.open(Source::Deployment(folder)));
        }
        self.turn_to(&folder);
        if deed == Deed::Verify {
            return self.work(Wish::Verify { folder: Some(folder), rungs: Vec::new() });
        }
        self.work(Wish::Watch(folder))?;
        let wrong = self.shared.ended.take().map(|ended| ended.problems).unwrap_or_default();
        wrong.iter().for_each(|problem| self.tell(&message::error(problem)));
        match self.then.take() {
            Some(key) => self.change_answer(&key),
            None => Ok(At::Beginning),
        }
    }

    /// What is found to be wrong leads to an answer, so the answers come with the deployment. A login that asks the person asks
    /// now, while nothing else is told.
    fn turn_to(&mut self, folder: &Path) {
        self.shared.folder = Some(folder.to_owned());
        self.open(Source::Deployment(folder.to_owned()));
        self.grant(self.shared.look_at_target(true));
    }

    fn tell_status(&mut self, folder: &Path) {
        match self.host.status(folder) {
            Ok(status) => self.tell(&status),
            Err(problems) => problems.iter().for_each(|problem| self.tell(&message::error(problem))),
        }
    }
}
