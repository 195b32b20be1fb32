//! The lines of the last screen: which there are, and what each copies or does. Must not know how they are drawn.
use secrecy::ExposeSecret;

use super::{Done, verdict::Verdict};
use crate::{
    front::{
        clock, summary,
        tui::keys::Action,
        wizard::{reporting, review, shared::Shared},
    },
    plan,
    problem::Problem,
    run::timeline::Bar,
};

/// A line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// A word or two; of a heading, all of it.
    pub label: String,
    /// What is said.
    pub text: String,
    /// What copying it copies.
    pub copies: Option<String>,
    /// What Enter does, if that is not copying.
    pub does: Option<Action>,
    /// Whether it is a heading.
    pub head: bool,
    /// A step, drawn on the time axis.
    pub bar: Option<Bar>,
}

impl Entry {
    fn head(label: &str) -> Self {
        Self { label: label.to_owned(), head: true, ..Self::default() }
    }

    /// A line copies its address, else its first command, else nothing.
    fn said(label: &str, text: &str) -> Self {
        let address = text.split_whitespace().find(|word| word.contains("://")).map(|word| word.trim_matches('`'));
        let command = text.split('`').nth(1);
        let copies = command.or(address).map(str::to_owned);
        Self { label: label.to_owned(), text: text.to_owned(), copies, ..Self::default() }
    }

    fn whole(label: &str, text: String) -> Self {
        Self { label: label.to_owned(), copies: Some(text.clone()), text, ..Self::default() }
    }

    /// Whether the cursor stops there.
    pub const fn is_line(&self) -> bool {
        !self.head
    }

    /// An address, which stands alone on its line so that a terminal can copy it.
    pub fn is_address(&self) -> bool {
        self.text.contains("://") && !self.text.contains(char::is_whitespace)
    }
}

/// All lines.
pub fn entries(done: &Done, shared: &Shared) -> Vec<Entry> {
    let verdict = done.verdict(shared);
    let mut entries = next(verdict);
    entries.extend(problems(done));
    entries.extend(made(done, verdict, shared));
    entries.extend(secrets(verdict, shared));
    entries.extend(saved(done));
    entries.extend(command(shared));
    entries.extend(timeline(verdict, shared));
    entries
}

fn next(verdict: Verdict) -> Vec<Entry> {
    let Some((text, does)) = verdict.next() else { return Vec::new() };
    vec![Entry { label: "next".to_owned(), text: text.to_owned(), does: Some(does), ..Entry::default() }]
}

fn problems(done: &Done) -> Vec<Entry> {
    let problems: Vec<&Problem> = done.made.iter().flat_map(|made| &made.problems).collect();
    let told = problems.iter().flat_map(|problem| {
        let hints = problem.hints.iter().map(|hint| Entry::said("hint", hint));
        [Entry::said("error", &problem.title)].into_iter().chain(hints).collect::<Vec<_>>()
    });
    told.collect()
}

/// What the run said at its end; of a deployment that was only verified, what follows from its answers.
fn made(done: &Done, verdict: Verdict, shared: &Shared) -> Vec<Entry> {
    let there = matches!(verdict, Verdict::Verified | Verdict::Installed | Verdict::Climbing | Verdict::Red(_));
    let lines = if done.summary.is_empty() && there { from_answers(shared) } else { done.summary.clone() };
    let mut entries: Vec<Entry> = lines.iter().flat_map(|line| parts(line)).collect();
    let after = entries.iter().rposition(|entry| entry.label == "log in").map_or(entries.len(), |at| at + 1);
    if let Some(password) = password(done) {
        entries.insert(after, password);
    }
    if entries.is_empty() {
        entries
    } else {
        [vec![Entry::head("What was made, and what to do next")], entries].concat()
    }
}

fn from_answers(shared: &Shared) -> Vec<String> {
    let Ok(spec) = shared.draft.resolved() else { return Vec::new() };
    let checks = plan::build(spec, shared.draft.facts()).checks;
    let folder = shared.folder.as_ref().map(|folder| folder.display().to_string());
    let lines = summary::lines(spec, &checks, false).into_iter();
    lines.map(|line| line.replace("{folder}", folder.as_deref().unwrap_or("its folder"))).collect()
}

/// A summary's line holds one sentence, or several short ones.
fn parts(line: &str) -> Vec<Entry> {
    line.split("   ").map(str::trim).filter(|part| !part.is_empty()).map(part).collect()
}

fn part(part: &str) -> Entry {
    match part.split_once(": ").filter(|(label, _)| !label.contains('`') && label.chars().count() <= 20) {
        Some((label, text)) => Entry::said(label, text),
        None => Entry::said("", part),
    }
}

fn password(done: &Done) -> Option<Entry> {
    let (_, password) = done.made.as_ref()?.password.as_ref()?;
    let text = if done.shown {
        format!("{}   (`p` hides it; it is not shown again)", password.expose_secret())
    } else {
        "********   `p` shows it, this once".to_owned()
    };
    Some(Entry { label: "password".to_owned(), text, does: Some(Action::Detail), ..Entry::default() })
}

/// Where secrets are: references, never values.
fn secrets(verdict: Verdict, shared: &Shared) -> Vec<Entry> {
    if verdict == Verdict::Nothing {
        return Vec::new();
    }
    let places = summary::secrets(&shared.draft, reporting::target(shared));
    let last = places.len().saturating_sub(1);
    let lines = places.into_iter().enumerate().map(|(at, (label, text))| {
        let said = Entry::said(&label, &text);
        if at == last { said } else { Entry { copies: None, ..said } }
    });
    [Entry::head("Where secrets are")].into_iter().chain(lines).collect()
}

fn saved(done: &Done) -> Vec<Entry> {
    let Some(made) = &done.made else { return Vec::new() };
    let mut entries = vec![Entry::head("Saved")];
    entries.extend(made.files.iter().map(|(word, path)| Entry::whole(word, path.display().to_string())));
    let said = done.summary.iter().any(|line| line.contains(&format!("`{}`", made.again)));
    if !made.again.is_empty() && !said {
        entries.push(Entry::whole("look again", made.again.clone()));
    }
    if entries.len() == 1 { Vec::new() } else { entries }
}

fn command(shared: &Shared) -> Vec<Entry> {
    if shared.draft.resolved().is_err() {
        return Vec::new();
    }
    vec![
        Entry::head("The same without asking"),
        Entry::whole("", review::command_line(&shared.draft, shared.preview.as_ref(), shared.verify)),
    ]
}

/// Steps on one time axis, and which of them decided.
fn timeline(verdict: Verdict, shared: &Shared) -> Vec<Entry> {
    let Some(timeline) = shared.run.timeline(shared.now).filter(|_| verdict != Verdict::Running) else {
        return Vec::new();
    };
    let critical = timeline.critical().into_iter().map(|bar| format!("{} {}", bar.title, clock(bar.took())));
    let decided = Entry::whole("critical path", critical.collect::<Vec<_>>().join(", then "));
    let bars = timeline.bars.into_iter().map(|bar| Entry { bar: Some(bar), ..Entry::default() });
    [Entry::head("What took how long"), decided].into_iter().chain(bars).collect()
}

/// The name that a preset gets if nobody says another.
pub fn preset_name(shared: &Shared) -> String {
    shared.draft.resolved().as_ref().map_or_else(|_| "mine".to_owned(), |spec| spec.target.namespace.clone())
}
