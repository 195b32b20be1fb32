//! Asks one line at a time: with an editable line on a terminal, or as plainly as can be where the terminal knows no keys.
//! Must not know any question.
use std::io::{BufRead, Write};

use inquire::{InquireError, Text, ui::RenderConfig};
use rustix::termios::{self, LocalModes, OptionalActions, Termios};

use crate::{
    answers::secret,
    front::{
        fold::fold,
        plain::ask::{self, Secret},
    },
    problem::Problem,
};

/// What a person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A line; what it began with, if it was left so.
    Text(String),
    /// Esc.
    Back,
    /// Ctrl-C, or the end of the input.
    Leave,
}

/// Tells and asks.
pub trait Asker {
    /// Tells lines.
    fn tell(&mut self, text: &str);
    /// Asks for a line; `initial` is what it begins with.
    fn line(&mut self, question: &str, initial: &str) -> Result<Reply, Problem>;
    /// Asks for a secret, without showing it.
    fn secret(&mut self, title: &str, key: &str) -> Result<Secret, Problem>;
}

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looks {
    /// It knows no keys and no moving of the cursor (`TERM=dumb`).
    pub dumb: bool,
    /// Its columns.
    pub width: Option<usize>,
}

/// The terminal: standard input, and standard error for what is said.
pub struct Terminal(Looks);

impl Terminal {
    /// A terminal that looks so.
    pub const fn new(looks: Looks) -> Self {
        Self(looks)
    }
}

impl Asker for Terminal {
    fn tell(&mut self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", fold(text, self.0.width));
    }

    fn line(&mut self, question: &str, initial: &str) -> Result<Reply, Problem> {
        if self.0.dumb {
            return plain_line(question, initial);
        }
        // No colours: the words say everything.
        let prompt = Text::new(question).with_initial_value(initial).with_render_config(RenderConfig::empty());
        match prompt.prompt() {
            Ok(text) => Ok(Reply::Text(text)),
            Err(InquireError::OperationCanceled) => Ok(Reply::Back),
            Err(InquireError::OperationInterrupted) => Ok(Reply::Leave),
            Err(error) => Err(unasked(question, &error)),
        }
    }

    fn secret(&mut self, title: &str, key: &str) -> Result<Secret, Problem> {
        if self.0.dumb { hidden_line(title, key) } else { ask::secret(title, key) }
    }
}

/// A line that is not shown while it is typed.
fn hidden_line(title: &str, key: &str) -> Result<Secret, Problem> {
    let question = format!("{title} ({key}), not shown:");
    let _quiet = Quiet::begin().map_err(|error| unasked(&question, &error))?;
    let said = plain_line(&question, "")?;
    let _ = writeln!(std::io::stderr());
    Ok(match said {
        Reply::Text(text) => secret::typed(&text).map_or(Secret::Back, Secret::Typed),
        Reply::Back => Secret::Back,
        Reply::Leave => Secret::Interrupted,
    })
}

/// The terminal shows nothing of what is typed, until this is dropped.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> std::io::Result<Self> {
        let before = termios::tcgetattr(std::io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        termios::tcsetattr(std::io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Without any key but Enter: `<` is Esc, Enter keeps what was there, and `-` empties it.
fn plain_line(question: &str, initial: &str) -> Result<Reply, Problem> {
    let now = if initial.is_empty() { String::new() } else { format!(" [{initial}]") };
    // Not held while it waits: what a signal brings must be told.
    let _ = write!(std::io::stderr(), "{question}{now} ").and_then(|()| std::io::stderr().flush());
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).map_err(|error| unasked(question, &error))?;
    Ok(match line.trim_end_matches(['\n', '\r']) {
        _ if read == 0 => Reply::Leave,
        "<" => Reply::Back,
        "-" if !initial.is_empty() => Reply::Text(String::new()),
        "" => Reply::Text(initial.to_owned()),
        text => Reply::Text(text.to_owned()),
    })
}

fn unasked(question: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new("no-terminal", format!("cannot ask \"{question}\": {error}"))
        .hint("say everything in a preset or with `--set`, then `hubwright install`")
}
