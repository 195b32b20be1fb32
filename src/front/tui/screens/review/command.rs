//! Last part: the command that installs the same without a screen, alone and to be copied; and these answers as a preset.
use ratatui::text::Span;

use super::{
    Review, Seen, Standing,
    row::{Does, Row, folded},
};
use crate::front::tui::{shared::Shared, theme::Role};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let quiet = seen.theme.style(Role::Quiet);
    let mut rows = vec![Row::text(" the same, from any shell:", quiet), Row::empty()];
    // Whole lines at the left: a terminal's own selection takes them as they are.
    let value = seen.theme.style(Role::Value);
    rows.extend(lines(seen.review, seen.shared).iter().flat_map(|line| folded_command(line, seen.width, value)));
    rows.push(Row::empty());
    rows.extend(note(seen));
    let button = |words: &'static str, does| {
        Row::new(vec![Span::raw("  "), Span::styled(words, seen.theme.style(Role::Key))], does)
    };
    rows.push(button("[ Copy the command ]", Does::Copy));
    rows.push(button("[ Save the answers as a preset ]", Does::Save));
    rows
}

/// A line that is too wide is cut into pieces; its indent stays.
fn folded_command(line: &str, width: usize, style: ratatui::style::Style) -> Vec<Row> {
    let indent = line.len() - line.trim_start().len();
    folded(line.trim_start(), "", indent, width, style, &Does::Nothing)
}

fn note(seen: &Seen<'_>) -> Vec<Row> {
    let words = if seen.shared.secrets.is_empty() {
        "it holds names of secrets, never their values"
    } else {
        "secrets that were typed here are in no command and no preset: put them into files or variables, and say \
         `file:/path` or `env:NAME` in place of `ask:…`"
    };
    folded(words, "", 1, seen.width, seen.theme.style(Role::Quiet), &Does::Nothing)
        .into_iter()
        .chain([Row::empty()])
        .collect()
}

/// The command, a flag a line.
pub fn lines(review: &Review, shared: &Shared) -> Vec<String> {
    let mut command = shared.draft.command();
    let preview = shared.preview.as_ref().filter(|_| review.standing(shared) == Standing::Checked);
    if preview.is_some_and(|preview| preview.helm.is_some()) {
        command.push_str(" --download-helm");
    }
    if !review.verify {
        command.push_str(" --no-verify");
    }
    command.push_str(" --yes");
    broken(&command)
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
