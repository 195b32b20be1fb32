//! The command line's types. Must not know what the commands do.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const FIRST_STEPS: &str = "First steps:
  hubwright                           answer questions on a full screen, and install
  hubwright --plain                   the same line by line, for screen readers and small terminals
  hubwright presets                   choose where to begin
  hubwright plan trial                see what would be done
  hubwright install trial             do it, on this machine
  hubwright install trial-kubernetes  the same in the current context of `kubectl`";

/// Turns answers into a working, verified JupyterHub with Ray and Dask.
///
/// Answers come from presets, `HUBWRIGHT_…` environment variables and `--set`. Everything that is shown can be repeated
/// with the same answers. Exit codes: 0 done, 1 something must be changed, 2 unexpected, 3 deployed but not verified,
/// 130 interrupted.
#[derive(Debug, Parser)]
#[command(
    name = "hubwright",
    version,
    propagate_version = true,
    max_term_width = 100,
    args_conflicts_with_subcommands = true
)]
#[command(after_help = FIRST_STEPS)]
pub struct Cli {
    /// What to do; without a command, questions are asked.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How questions are asked where there is no command.
    #[command(flatten)]
    pub appearance: Appearance,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer questions on a full screen, install, and watch it: what `hubwright` alone does, with a preset to begin with
    Setup(Setup),
    /// Show the plan, ask, install, and verify
    Install(Install),
    /// Go on with a run that was interrupted
    Resume(Resume),
    /// Prove that the hub, Ray and Dask of a deployment work, from outside and from a real notebook
    Verify(Verify),
    /// Show what runs of a deployment, and where the hub is
    Status(Status),
    /// Show the last lines of a part's log
    Logs(Logs),
    /// Install again what is remembered, with this program's versions and other answers where they are said
    Upgrade(Upgrade),
    /// Start a deployment of this machine that was stopped
    Start(Start),
    /// Stop a deployment of this machine; nothing is lost
    Stop(Stop),
    /// Stop a deployment of this machine and start it again; people's servers end, too
    Restart(Start),
    /// Remove a deployment; people's data stays unless told otherwise
    Uninstall(Uninstall),
    /// Show the steps in order, what runs in parallel, and the files
    Plan(Plan),
    /// Write values files, manifests and the commands to do by hand what `install` does
    Render(Render),
    /// Explain one answer: what it means, its value, and who said it
    Explain(Explain),
    /// Write a complete preset from these answers
    Save(Save),
    /// List the presets that come with hubwright, and your own (`~/.config/hubwright/presets`)
    Presets,
    /// Print the JSON Schema of presets, for editors
    Schema,
    /// Print the reference of all questions, in Markdown
    Questions,
    /// Print a completion script
    Completions {
        /// For which shell.
        shell: clap_complete::Shell,
    },
    /// Draw the screens into a folder, as the docs show them
    #[command(hide = true)]
    Screenshots {
        /// The folder.
        folder: PathBuf,
    },
    /// Keep the processes of a deployment running; started by hubwright itself
    #[command(hide = true)]
    Supervise {
        /// The deployment's folder.
        #[arg(long)]
        folder: PathBuf,
    },
    /// Become a process that ends with its supervisor; started by the supervisor
    #[command(hide = true)]
    RunProcess {
        /// The supervisor's number, then program and arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<std::ffi::OsString>,
    },
}

/// Where answers come from.
#[derive(Debug, Args, Clone, Default)]
pub struct Answering {
    /// Presets, by file (`./mine.yaml`) or shipped name (see `hubwright presets`); later ones win
    #[arg(value_name = "PRESET")]
    pub presets: Vec<String>,
    /// Set one answer, such as `--set ray.pools[0].max=3`; secrets as `env:NAME` or `file:/path`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// Which deployment.
#[derive(Debug, Args, Clone, Default)]
pub struct Place {
    /// Context of the kubeconfig [default: the answer `target.context`, else the current one]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// On this machine, not on a cluster [default: the answer `target.kind`, or what is remembered]
    #[arg(long, conflicts_with = "context")]
    pub this_machine: bool,
    /// Namespace of the deployment; on this machine, its name [default: the answer `target.namespace`]
    #[arg(long, short = 'n', value_name = "NAME")]
    pub namespace: Option<String>,
}

/// How to show what happens.
#[derive(Debug, Args, Clone, Copy, Default)]
pub struct Showing {
    /// Plain lines, one per change that lasts (the accessible way)
    #[arg(long, conflicts_with = "json")]
    pub plain: bool,
    /// One JSON event per line on standard output
    #[arg(long)]
    pub json: bool,
}

/// Options of commands that change a cluster.
#[derive(Debug, Args, Clone, Default)]
pub struct Acting {
    /// Do not ask
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// The helm program [default: `HUBWRIGHT_HELM`, else `helm` in `PATH`, else the one downloaded before]
    #[arg(long, value_name = "FILE")]
    pub helm: Option<PathBuf>,
    /// If helm is missing, download the official one without being asked, and check it
    #[arg(long, conflicts_with = "helm")]
    pub download_helm: bool,
}

/// `hubwright setup`
#[derive(Debug, Args, Clone, Default)]
pub struct Setup {
    /// Answers to begin with.
    #[command(flatten)]
    pub answering: Answering,
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Looks.
    #[command(flatten)]
    pub appearance: Appearance,
}

/// How the wizard looks.
#[derive(Debug, Args, Clone, Copy, Default)]
pub struct Appearance {
    /// Ask line by line, without a full screen (the accessible way)
    #[arg(long)]
    pub plain: bool,
    /// Draw with ASCII only [default: where the locale or the console knows no more]
    #[arg(long)]
    pub ascii: bool,
    /// Colours [default: the terminal's 16, none if `NO_COLOR` is set]
    #[arg(long, value_name = "THEME")]
    pub theme: Option<Colours>,
    /// Take the mouse: its wheel moves, a click on a key of the last line presses it [default: it marks text, as everywhere]
    #[arg(long)]
    pub mouse: bool,
}

/// Colours of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Colours {
    /// The terminal's own 16 colours.
    #[value(alias = "color")]
    Colour,
    /// Bold, reverse and underline only.
    Mono,
}

/// `hubwright install`
#[derive(Debug, Args, Clone, Default)]
pub struct Install {
    /// Answers.
    #[command(flatten)]
    pub answering: Answering,
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Front end.
    #[command(flatten)]
    pub showing: Showing,
    /// Asking.
    #[command(flatten)]
    pub acting: Acting,
    /// Leave the verification out
    #[arg(long)]
    pub no_verify: bool,
    /// Seconds that a step may stay stuck on something that only a person can mend
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub patience: u64,
}

/// `hubwright resume`
#[derive(Debug, Args, Clone, Default)]
pub struct Resume {
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Front end.
    #[command(flatten)]
    pub showing: Showing,
    /// Asking.
    #[command(flatten)]
    pub acting: Acting,
    /// Seconds that a step may stay stuck on something that only a person can mend
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub patience: u64,
}

/// `hubwright verify`
#[derive(Debug, Args, Clone, Default)]
pub struct Verify {
    /// Answers, if the deployment was made by hubwright; without any, what is in the namespace is found out.
    #[command(flatten)]
    pub answering: Answering,
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Climb only this rung, by the name that stands with it in reports, and what it needs below; repeatable
    #[arg(long = "rung", value_name = "RUNG")]
    pub rungs: Vec<String>,
    /// Front end.
    #[command(flatten)]
    pub showing: Showing,
}

/// `hubwright uninstall`
#[derive(Debug, Args, Clone, Default)]
pub struct Uninstall {
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Front end.
    #[command(flatten)]
    pub showing: Showing,
    /// Asking.
    #[command(flatten)]
    pub acting: Acting,
    /// Delete people's home directories and the hub's database too
    #[arg(long)]
    pub delete_data: bool,
    /// Keep people's home directories and the hub's database: what happens anyway unless `--delete-data` is said
    #[arg(long, conflicts_with = "delete_data")]
    pub keep_data: bool,
}

/// `hubwright status`
#[derive(Debug, Args, Clone, Default)]
pub struct Status {
    /// Deployment.
    #[command(flatten)]
    pub place: Place,
}

/// `hubwright logs`
#[derive(Debug, Args, Clone, Default)]
pub struct Logs {
    /// The part, as `hubwright status` names it; the first whose name begins so
    pub part: String,
    /// Deployment.
    #[command(flatten)]
    pub place: Place,
    /// Of the run before the last restart
    #[arg(long, short = 'p')]
    pub previous: bool,
    /// How many lines, counted from the end
    #[arg(long, short = 'l', value_name = "NUMBER", default_value_t = 100)]
    pub lines: u32,
}

/// `hubwright upgrade`
#[derive(Debug, Args, Clone, Default)]
pub struct Upgrade {
    /// Set one answer, such as `--set hub.announcement='closed on Monday'`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Deployment.
    #[command(flatten)]
    pub place: Place,
    /// Front end.
    #[command(flatten)]
    pub showing: Showing,
    /// Asking.
    #[command(flatten)]
    pub acting: Acting,
    /// Leave the verification out
    #[arg(long)]
    pub no_verify: bool,
    /// Seconds that a step may stay stuck on something that only a person can mend
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub patience: u64,
}

/// `hubwright start`
#[derive(Debug, Args, Clone, Default)]
pub struct Start {
    /// Deployment.
    #[command(flatten)]
    pub place: Place,
}

/// `hubwright stop`
#[derive(Debug, Args, Clone, Default)]
pub struct Stop {
    /// Deployment.
    #[command(flatten)]
    pub place: Place,
}

/// `hubwright plan`
#[derive(Debug, Args, Clone, Default)]
pub struct Plan {
    /// Answers.
    #[command(flatten)]
    pub answering: Answering,
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Look at the cluster first (nodes, storage and ingress classes, your rights); otherwise nothing is contacted
    #[arg(long)]
    pub probe: bool,
}

/// `hubwright render`
#[derive(Debug, Args, Clone, Default)]
pub struct Render {
    /// Answers.
    #[command(flatten)]
    pub answering: Answering,
    /// Cluster.
    #[command(flatten)]
    pub place: Place,
    /// Folder to write to; made if it is not there, and must be empty or written by `render`
    #[arg(long, short = 'o', value_name = "DIR")]
    pub output: PathBuf,
    /// Do not ask before commands of a preset are run to get secrets
    #[arg(long, short = 'y')]
    pub yes: bool,
}

/// `hubwright explain`
#[derive(Debug, Args, Clone, Default)]
pub struct Explain {
    /// Key of the answer, such as `login.method`
    pub key: String,
    /// Presets to look at
    #[arg(value_name = "PRESET")]
    pub presets: Vec<String>,
    /// Set one answer
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// `hubwright save`
#[derive(Debug, Args, Clone, Default)]
pub struct Save {
    /// Answers.
    #[command(flatten)]
    pub answering: Answering,
    /// File to write
    #[arg(long, short = 'o', value_name = "FILE")]
    pub output: PathBuf,
}
