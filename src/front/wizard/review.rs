//! What a review says in words, on screens and in lines alike: the command that says the same, what a person agrees to, and what
//! happens to each file. Must not know how any of it is shown.
use super::wish::{FileView, Preview};
use crate::{
    answers::draft::Draft,
    plan::{
        diff::{self, Diff},
        graph::Action,
    },
};

/// The same as [`command_line`], a flag a line.
pub fn command(draft: &Draft, preview: Option<&Preview>, verify: bool) -> Vec<String> {
    broken(&command_line(draft, preview, verify))
}

/// The command that installs the same from any shell. `preview`: what is known of the target, if it was asked.
pub fn command_line(draft: &Draft, preview: Option<&Preview>, verify: bool) -> String {
    let mut command = draft.command();
    if preview.is_some_and(|preview| preview.helm.is_some()) {
        command.push_str(" --download-helm");
    }
    if !verify {
        command.push_str(" --no-verify");
    }
    command.push_str(" --yes");
    command
}

/// A command broken before each flag, as a shell takes it: all lines but the last end with a backslash.
fn broken(command: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    let mut letters = command.chars().peekable();
    while let Some(letter) = letters.next() {
        quoted ^= letter == '\'' && !escaped;
        escaped = letter == '\\' && !quoted;
        if letter == ' ' && !quoted && letters.peek() == Some(&'-') {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    let last = pieces.len().saturating_sub(1);
    let line = |(index, piece): (usize, String)| {
        let indent = if index == 0 { "" } else { "  " };
        let end = if index == last { "" } else { " \\" };
        format!("{indent}{piece}{end}")
    };
    pieces.into_iter().enumerate().map(line).collect()
}

/// What stands above the command.
pub fn before_command(draft: &Draft) -> String {
    match draft.problems().len() {
        0 => "the same, from any shell:".to_owned(),
        wrong => format!("{}; with them, this is the same from any shell:", unanswered(wrong)),
    }
}

/// What stands below the command.
pub fn about_command(command: &[String]) -> &'static str {
    if command.iter().any(|line| line.contains("=ask:")) {
        "secrets that are typed are in no command and no preset: put them into files or variables, and say \
         `file:/path` or `env:NAME` in place of `ask:…`"
    } else {
        "it holds names of secrets, never their values"
    }
}

/// How many steps it has.
pub fn steps(preview: &Preview, verify: bool) -> usize {
    preview.plan.steps.iter().filter(|step| verify || step.action != Action::Verify).count()
}

/// So many answers keep it from beginning.
pub fn unanswered(wrong: usize) -> String {
    match wrong {
        1 => "1 answer is missing or wrong".to_owned(),
        more => format!("{more} answers are missing or wrong"),
    }
}

/// What would be done, in a sentence.
pub fn what(preview: &Preview, verify: bool) -> String {
    let steps = steps(preview, verify);
    let word = if steps == 1 { "step" } else { "steps" };
    format!("Install {}: {steps} {word}", preview.place)
}

/// What a person agrees to, who begins now.
pub fn agreement(preview: &Preview, diffs: &[Option<Diff>], verify: bool) -> Vec<String> {
    let made = preview.plan.steps.iter().filter(|step| step.action != Action::Verify);
    let titles: Vec<&str> = made.map(|step| step.title.as_str()).collect();
    let mut lines = vec![format!("{}.", titles.join(", "))];
    if diffs.iter().any(Option::is_some) {
        lines.push(format!("Compared with what is deployed: {}.", diff::summary(diffs.iter().map(Option::as_ref))));
    }
    lines.extend(
        preview.helm.iter().map(|helm| format!("First {helm} is downloaded, checked, and kept for hubwright alone.")),
    );
    if !preview.commands.is_empty() {
        lines.push("To get secrets, these commands of presets are run on this machine:".to_owned());
        lines.extend(preview.commands.iter().map(|command| format!("  {command}")));
    }
    lines.extend(preview.warnings.iter().map(|warning| format!("! {}", warning.title)));
    lines.push(if verify {
        "Afterwards it is verified, from outside and from a real notebook.".to_owned()
    } else {
        "It is not verified afterwards; `hubwright verify` does that at any time.".to_owned()
    });
    lines
}

/// What is different in each file; `None`: nothing is deployed in its place.
pub fn diffs(preview: &Preview) -> Vec<Option<Diff>> {
    let diff = |file: &FileView| file.deployed.as_ref().map(|deployed| Diff::between(deployed, &file.text));
    preview.files.iter().map(diff).collect()
}

/// What happens to a file, in a word or two.
pub fn file_words(file: &FileView, diff: Option<&Diff>) -> String {
    match diff {
        None => "new".to_owned(),
        Some(_) if file.text.is_empty() => "goes".to_owned(),
        Some(diff) => match diff.changed {
            0 => "same".to_owned(),
            1 => "1 line changes".to_owned(),
            more => format!("{more} lines change"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_broken_before_flags_and_never_within_a_word() {
        let lines = broken("hubwright install trial --set 'hub.announcement=it'\\''s - -x' -n hub --yes");
        let expected =
            ["hubwright install trial \\", "  --set 'hub.announcement=it'\\''s - -x' \\", "  -n hub \\", "  --yes"];
        assert_eq!(lines, expected);
    }
}
