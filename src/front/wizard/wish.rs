//! What a wizard asks the world for, and what the world tells it. Data only; must not know who grants a wish.
use std::{collections::BTreeMap, path::PathBuf};

use secrecy::SecretString;

pub use crate::health::page::{ContainerLine, EventLine, PodPage};
use crate::{
    answers::{facts::Facts, invalid::Invalid, layers::Layers, tree::TargetKind},
    plan::graph::{Plan, StepId},
    problem::{DEFECT, Exit, Problem},
    run::event::{Event, Outcome},
};

/// Something that only the world outside of the screens can do. Answers come as [`News`].
#[derive(Debug, Clone)]
pub enum Wish {
    /// Tell what there is to begin with: presets, drafts, runs, contexts. Answer: [`News::Beginnings`].
    Beginnings,
    /// Open answers. Answer: [`News::Opened`], or [`News::Wrong`].
    Open(Source),
    /// Look at the target of the answers. `asking`: with the terminal lent to a credential plugin that may ask the person.
    /// Answer: [`News::Looked`], or [`News::NotLooked`].
    Look {
        /// The answers so far.
        layers: Box<Layers>,
        /// Whether the person agreed to be asked by the plugin.
        asking: bool,
    },
    /// Keep the answers for the next time. Answer: none, or [`News::NotKept`].
    KeepDraft(Box<Layers>),
    /// The draft of the answers that are open is no longer needed.
    DropDraft,
    /// Save the answers as a preset. Answer: [`News::Saved`], [`News::PresetThere`], or [`News::Wrong`].
    SavePreset {
        /// Shipped-like name, or a path.
        name: String,
        /// Title.
        title: String,
        /// The answers.
        layers: Box<Layers>,
        /// Whether the person agreed that what is there goes.
        over: bool,
    },
    /// Check and plan without changing anything. Answer: [`News::Previewed`], or [`News::Wrong`].
    Preview(Box<Intent>),
    /// Install. Answers: [`News::Event`]s, then [`News::Ended`].
    Deploy(Box<Intent>),
    /// Go on with a remembered run, with the secrets that were typed for it, by label. Answers as for `Deploy`.
    Resume(PathBuf, BTreeMap<String, SecretString>),
    /// Look on at a deployment, without changing anything: pods and findings as [`News::Event`]s until [`Wish::Cancel`].
    Watch(PathBuf),
    /// Climb the ladder for a remembered deployment, or only some rungs of it. Answers as for `Deploy`.
    Verify {
        /// The deployment's folder; `None`: the one that was just made.
        folder: Option<PathBuf>,
        /// Only these rungs and what they need; empty: all.
        rungs: Vec<String>,
    },
    /// Stop what runs, cleanly.
    Cancel,
    /// Give up the wait of one step, and go on with the others.
    Skip(StepId),
    /// Tell everything about one pod. Answer: [`News::Pod`].
    Inspect(String),
    /// Read the last lines of a log. Answer: [`News::Logs`].
    Logs(LogOf),
    /// The password that was made up was shown. No answer.
    PasswordSeen,
    /// Put a text into the terminal's clipboard (OSC 52), and into a file. Answer: [`News::Copied`].
    Copy(String),
    /// Write a text into the deployment's folder: logs, reports. Answer: [`News::Saved`].
    Keep {
        /// Name of the file.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Stop the program as Ctrl-Z does, and draw anew when it comes back.
    Suspend,
    /// Draw everything anew: something else wrote over the screen.
    Redraw,
    /// End the program.
    Leave(Exit),
}

impl Wish {
    /// Whether it begins work that goes on, of which there is one at a time.
    pub const fn begins(&self) -> bool {
        matches!(self, Self::Deploy(_) | Self::Resume(..) | Self::Verify { .. } | Self::Watch(_))
    }
}

/// Where answers are opened from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nothing said yet, for a target.
    Fresh(TargetKind),
    /// A preset by shipped name or path.
    Preset(String),
    /// A draft that was kept, by name.
    Draft(String),
    /// The answers of a remembered deployment, by folder.
    Deployment(PathBuf),
}

/// What is to be installed: answers, and the secrets that were typed for it, by label of their `ask:` reference.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The answers.
    pub layers: Layers,
    /// Typed secrets. Never written anywhere but into the target.
    pub secrets: BTreeMap<String, SecretString>,
    /// Whether the verification follows.
    pub verify: bool,
}

/// Which log.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogOf {
    /// Pod, or process.
    pub pod: String,
    /// Container; empty: the first.
    pub container: String,
    /// Of the run before the last restart.
    pub previous: bool,
}

/// What the world tells.
#[derive(Debug, Clone)]
pub enum News {
    /// What there is to begin with.
    Beginnings(Box<Beginnings>),
    /// Answers were opened.
    Opened(Box<Opened>),
    /// The target was looked at.
    Looked(Box<Facts>),
    /// The target could not be looked at.
    NotLooked {
        /// Why.
        problem: Box<Problem>,
        /// Whether a credential plugin wants to ask the person: look again with `asking`.
        asks: bool,
    },
    /// A file was written.
    Saved {
        /// What, in a word or two: `preset`.
        what: String,
        /// Where.
        path: PathBuf,
        /// The command that begins with it, if it is a preset.
        opens: Option<String>,
    },
    /// A preset of that name is there already, and nothing was written.
    PresetThere {
        /// Where.
        path: PathBuf,
        /// The name, as it was wished.
        name: String,
        /// The title, as it was wished.
        title: String,
    },
    /// Something was copied.
    Copied {
        /// File that it is in, for terminals that take no copies.
        file: PathBuf,
        /// Whether it is short enough for a terminal's clipboard.
        clipboard: bool,
    },
    /// Checked and planned.
    Previewed(Box<Preview>),
    /// The answers could not be kept.
    NotKept(Box<Problem>),
    /// It cannot be done like this.
    Wrong(Vec<Problem>),
    /// Something happened in the run.
    Event(Box<Event>),
    /// The run, or the looking on, ended.
    Ended(Box<Ended>),
    /// Everything about a pod, or why nothing is known of it.
    Pod {
        /// Its name, as it was asked for.
        of: String,
        /// What there is to know.
        page: Result<Box<PodPage>, Box<Problem>>,
    },
    /// The last lines of a log.
    Logs {
        /// Of what.
        of: LogOf,
        /// Lines, cleaned; or why there are none.
        lines: Result<Vec<String>, Box<Problem>>,
    },
    /// A defect of ours on another thread.
    Bug(Box<Problem>),
}

/// What there is to begin with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beginnings {
    /// Contexts of the kubeconfig.
    pub contexts: Vec<String>,
    /// The current one.
    pub current: Option<String>,
    /// Why the kubeconfig could not be read, if there is one.
    pub kubeconfig: Option<Problem>,
    /// Presets, own ones first.
    pub presets: Vec<PresetLine>,
    /// Setups that were left unfinished, the newest first.
    pub drafts: Vec<DraftLine>,
    /// Remembered deployments, unfinished ones first.
    pub deployments: Vec<DeploymentLine>,
    /// Why nothing is known of other deployments that are remembered.
    pub unreadable: Vec<Problem>,
}

/// A preset in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetLine {
    /// What opens it: shipped name, or path.
    pub name: String,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// What it is for.
    pub target: TargetKind,
    /// Whether the person saved it.
    pub own: bool,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    /// What opens it.
    pub name: String,
    /// Where it leads, in words.
    pub words: String,
    /// Whether these answers are open now.
    pub open: bool,
    /// When it was kept.
    pub at: jiff::Timestamp,
}

/// A remembered deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentLine {
    /// Its folder, which names it to the world.
    pub folder: PathBuf,
    /// In words: `namespace hub of prod`.
    pub words: String,
    /// Flags that name it on the command line.
    pub flags: String,
    /// Whether an installation was interrupted or failed.
    pub unfinished: bool,
    /// How the last run ended, in words.
    pub ended: String,
}

/// Answers that were opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The answers.
    pub layers: Layers,
    /// What was opened, in words: `preset trial`.
    pub title: String,
    /// What could not be read of them.
    pub wrong: Vec<Invalid>,
}

/// What an installation would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The plan.
    pub plan: Plan,
    /// The target in words, as the object of "install": `into namespace hub of prod`.
    pub place: String,
    /// Its files, with what is different from what is deployed.
    pub files: Vec<FileView>,
    /// What stands in the way; empty: it can begin.
    pub problems: Vec<Problem>,
    /// What a person should know before.
    pub warnings: Vec<Problem>,
    /// Helm is missing, and can be downloaded: version and place. Agreeing downloads it.
    pub helm: Option<String>,
    /// Commands of presets of others that will be run to get secrets.
    pub commands: Vec<String>,
    /// The target could not be asked, as the problems say: the plan follows from the answers alone, and nothing is compared.
    pub unasked: bool,
}

/// A file of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Path within the folder that `render` writes.
    pub path: String,
    /// Its text; of a secret, where each key comes from.
    pub text: String,
    /// What is deployed in its place, without what could be a secret; `None`: nothing, or that is not known. Of what nobody
    /// deploys, such as the README, the same text once anything is deployed.
    pub deployed: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    /// How; `None` if it could not begin, or hubwright itself failed.
    pub outcome: Option<Outcome>,
    /// Why there is no outcome.
    pub problems: Vec<Problem>,
    /// A password that was made up, to be shown once.
    pub password: Option<(String, SecretString)>,
    /// Files worth knowing, by word: `answers`, `journal`.
    pub files: Vec<(String, PathBuf)>,
    /// Command that goes on, or looks again.
    pub again: String,
}

impl Ended {
    /// Whether hubwright itself failed, so that nobody knows how far it came.
    pub fn is_defect(&self) -> bool {
        self.problems.iter().any(|problem| problem.code == DEFECT)
    }

    /// What is said where there is no outcome, and what that means for what is there.
    pub fn without_outcome(&self) -> (&'static str, &'static str) {
        if self.is_defect() {
            ("how far it came is not known", "what is there stays as it is")
        } else {
            ("it could not begin", "nothing was changed")
        }
    }
}
