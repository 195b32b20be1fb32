//! `Shared`: what both wizards know. How it follows from what the world tells is in `heard`. Must not know how any of it is
//! shown or asked.
mod heard;
#[cfg(test)]
mod tests;

use std::{cell::RefCell, collections::BTreeMap, path::PathBuf, sync::Arc};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use secrecy::SecretString;

use super::{
    follow::Follow,
    turn::{Look, Place, Turn},
    wish::{Beginnings, Ended, Intent, Preview, Wish},
};
use crate::{
    answers::{
        draft::{Draft, Revision},
        facts::Facts,
        layers::Layers,
        questions,
        tree::{Answers, TargetKind},
    },
    front::report,
    plan::fit::{self, Fit},
    problem::Exit,
    run::event::{Outcome, RungOutcome},
};

/// Where a look leads: to another kind of place, or another cluster, it is another look.
type Whereto = (TargetKind, Option<String>);

/// What both wizards know.
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own, and all are asked by name")]
pub struct Shared {
    /// The answers.
    pub draft: Draft,
    /// What was opened, in words: `new setup`, `preset trial`.
    pub about: String,
    /// Typed secrets by label.
    pub secrets: BTreeMap<String, SecretString>,
    /// What is known of the target.
    pub look: Look,
    /// What there is to begin with; `None`: not known yet.
    pub beginnings: Option<Beginnings>,
    /// Checked and planned, of the answers as they were then.
    pub preview: Option<Preview>,
    /// The run, or the deployment that is looked at.
    pub run: Follow,
    /// How it ended.
    pub ended: Option<Ended>,
    /// The folder of the deployment that is looked at or made.
    pub folder: Option<PathBuf>,
    /// Whether a run or a look goes on.
    pub running: bool,
    /// Whether it is only a look at what is there.
    pub watching: bool,
    /// Whether what was begun last only climbs the ladder.
    climbing: bool,
    /// Whether what is installed is verified afterwards.
    pub verify: bool,
    /// When the person stopped it, while it still ends what it began.
    stopped: Option<Timestamp>,
    /// The folder of what [`Shared::run`] shows; `None`: of what was made last.
    shown: Option<PathBuf>,
    /// Whether the draft holds anything that is not kept yet.
    pub unsaved: bool,
    /// Where the person is.
    pub place: Place,
    /// When they last pressed a key.
    pub touched: Option<Timestamp>,
    /// Clock time.
    pub now: Timestamp,
    /// Where the person is.
    pub zone: TimeZone,
    /// How the draft fits, with the draft's state that it is of.
    fit: RefCell<Option<(Revision, Arc<Fit>)>>,
    /// Where the last look led.
    looked: Option<Whereto>,
    /// Where the draft led when that was last compared.
    leads: Option<(Revision, Whereto)>,
    /// What was said of the answers that were installed last.
    deployed: Option<Answers>,
}

impl Shared {
    /// Nothing said, nothing known.
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self {
            draft: Draft::new(Layers::new()),
            about: String::new(),
            secrets: BTreeMap::new(),
            look: Look::Not,
            beginnings: None,
            preview: None,
            run: Follow::new(zone.clone()),
            ended: None,
            folder: None,
            running: false,
            watching: false,
            climbing: false,
            verify: true,
            stopped: None,
            shown: None,
            unsaved: false,
            place: Place::Welcome,
            touched: None,
            now,
            zone,
            fit: RefCell::default(),
            looked: None,
            leads: None,
            deployed: None,
        }
    }

    /// Whether no key was pressed for so long.
    pub fn is_still(&self, long: SignedDuration) -> bool {
        self.touched.is_none_or(|touched| self.now.duration_since(touched) >= long)
    }

    /// How a row of a table fits the target, in a few words: `4 of 4 fit`; `None`: not known. `row`: its key, as `ray.pools[0]`.
    pub fn fit_of_row(&self, row: &str) -> Option<String> {
        self.fit().row(row).map(str::to_owned)
    }

    /// Contexts stand in the kubeconfig: they are offered although no cluster answered yet.
    fn offer_contexts(&mut self) {
        let Some(beginnings) = self.beginnings.as_ref().filter(|_| self.draft.facts().contexts.is_empty()) else {
            return;
        };
        let (contexts, current_context) = (beginnings.contexts.clone(), beginnings.current.clone());
        if !contexts.is_empty() {
            self.draft.learn(Facts { contexts, current_context, ..self.draft.facts().clone() });
        }
    }

    /// What was seen elsewhere says nothing of where the answers lead now.
    pub fn forget_elsewhere(&mut self) {
        let revision = self.draft.revision();
        if self.leads.as_ref().is_some_and(|(of, _)| of == revision) {
            return;
        }
        let now = whereto(self.draft.layers());
        let before = self.leads.replace((revision.clone(), now.clone()));
        if before.is_some_and(|(_, before)| before != now) {
            let Facts { contexts, current_context, .. } = self.draft.facts().clone();
            self.draft.learn(Facts { contexts, current_context, ..Facts::default() });
            self.look = Look::Not;
        }
    }

    /// Whether what a look tells is of where the answers lead now.
    fn is_of_target(&self) -> bool {
        self.looked.as_ref().is_none_or(|looked| *looked == whereto(self.draft.layers()))
    }

    /// A text for others to read: no secret that was typed is in it.
    pub fn without_secrets(&self, text: String) -> String {
        report::without(text, self.secrets.values())
    }

    /// What is to be installed.
    pub fn intent(&self) -> Box<Intent> {
        Box::new(Intent { layers: self.draft.layers().clone(), secrets: self.secrets.clone(), verify: self.verify })
    }

    /// Verified afterwards, or not. The sentence says which it is now.
    pub fn toggle_verify(&mut self) -> &'static str {
        self.verify = !self.verify;
        if self.verify { "it is verified afterwards" } else { "it is not verified afterwards" }
    }

    /// The same once more. What only climbs climbs whole; what was resumed, or is known by its folder alone, is resumed with the
    /// secrets that were typed since; what was installed, or whose answers were changed, is installed with them as they are now.
    pub fn retry(&self) -> Wish {
        match &self.folder {
            folder if self.climbing => Wish::Verify { folder: folder.clone(), rungs: Vec::new() },
            Some(folder) if !self.draft.is_changed() => Wish::Resume(folder.clone(), self.secrets.clone()),
            _ => Wish::Deploy(self.intent()),
        }
    }

    /// How the answers so far fit on what was seen; reckoned once for each state of the draft.
    pub fn fit(&self) -> Arc<Fit> {
        let mut kept = self.fit.borrow_mut();
        if let Some((_, fit)) = kept.as_ref().filter(|(of, _)| of == self.draft.revision()) {
            return Arc::clone(fit);
        }
        let fit = Arc::new(fit::of(&self.draft.sketched(), self.draft.facts()));
        *kept = Some((self.draft.revision().clone(), Arc::clone(&fit)));
        fit
    }

    /// Looks at the target of the answers.
    pub fn look_at_target(&self, asking: bool) -> Wish {
        Wish::Look { layers: Box::new(self.draft.layers().clone()), asking }
    }

    /// Keeps the draft, if there is something to keep.
    pub fn keep_draft(&mut self) -> Option<Turn> {
        std::mem::take(&mut self.unsaved).then(|| Turn::Wish(Wish::KeepDraft(Box::new(self.draft.layers().clone()))))
    }

    /// Whether something goes on that has to end before anything else begins.
    pub const fn busy(&self) -> bool {
        self.running && !self.watching
    }

    /// The exit code of leaving now.
    pub fn exit(&self) -> Exit {
        match self.ended.as_ref().map(|ended| ended.outcome) {
            // Another try of one rung says nothing of the others.
            Some(Some(Outcome::Done)) if self.run.ladder.count(RungOutcome::Failed) > 0 => Exit::Unverified,
            None | Some(Some(Outcome::Done)) => Exit::Done,
            Some(Some(Outcome::Unverified)) => Exit::Unverified,
            Some(Some(Outcome::Interrupted)) => Exit::Interrupted,
            Some(Some(Outcome::Failed)) => Exit::Change,
            Some(None) => self.ended.as_ref().map_or(Exit::Change, |ended| Exit::of(&ended.problems)),
        }
    }

    /// The same of leaving by Ctrl-C: before anything was done, nothing is done.
    pub fn interrupted(&self) -> Exit {
        if self.ended.is_some() { self.exit() } else { Exit::Interrupted }
    }

    /// What a stop waits for, in words, while it does.
    pub fn stopping(&self) -> Option<String> {
        let under_way = self.run.under_way().join(", ");
        let waits = if under_way.is_empty() { String::new() } else { format!(": it waits for {under_way}") };
        self.stopped.map(|_| format!("stopping{waits}"))
    }

    /// Whether a draft holds the answers that are open, with what was typed since.
    pub fn has_open(&self, draft: &str) -> bool {
        let drafts = self.beginnings.iter().flat_map(|known| &known.drafts);
        drafts.into_iter().any(|line| line.open && line.name == draft)
    }

    /// What stands on the right of the title line.
    pub fn right(&self) -> String {
        if self.stopped.is_some() {
            return "stopping".to_owned();
        }
        match &self.look {
            // Where everything begins, it would be said of something that was left.
            _ if self.place == Place::Welcome => String::new(),
            Look::Looking => "looking at the target".to_owned(),
            Look::Failed { .. } => "target does not answer".to_owned(),
            Look::Not | Look::Seen(_) => String::new(),
        }
    }

    /// A wish was sent. Returns whether what was shown of the run before is of no use any more.
    pub fn wished(&mut self, wish: &Wish) -> bool {
        if let Wish::Deploy(_) | Wish::Resume(..) | Wish::Watch(_) | Wish::Verify { .. } = wish {
            self.climbing = matches!(wish, Wish::Verify { .. });
        }
        match wish {
            Wish::Look { layers, .. } => {
                self.look = Look::Looking;
                self.looked = Some(whereto(layers));
            }
            Wish::Cancel if self.running && !self.watching => self.stopped = self.stopped.or(Some(self.now)),
            Wish::Deploy(intent) => {
                self.deployed = Some(intent.layers.said());
                return self.begin(None, false);
            }
            Wish::Resume(folder, _) => return self.begin(Some(folder), false),
            Wish::Watch(folder) => return self.begin(Some(folder), true),
            Wish::Verify { folder: Some(folder), .. } if self.shown.as_ref() != Some(folder) => {
                return self.begin(Some(folder), false);
            }
            Wish::Verify { .. } => self.go_on(false),
            _ => {}
        }
        false
    }

    /// Another run begins, or another look.
    fn begin(&mut self, folder: Option<&PathBuf>, watching: bool) -> bool {
        self.go_on(watching);
        self.folder = folder.cloned();
        self.shown = folder.cloned();
        self.run.forget();
        true
    }

    fn go_on(&mut self, watching: bool) {
        (self.running, self.watching) = (true, watching);
        (self.ended, self.stopped) = (None, None);
    }

    /// Time goes by.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = now;
        self.run.tick(now);
    }
}

fn whereto(layers: &Layers) -> Whereto {
    let answers = layers.merged();
    (questions::target(&answers), answers.target.context)
}
