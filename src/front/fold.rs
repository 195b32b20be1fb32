//! Folds long lines at a terminal's width, between words, so that nothing is broken in the middle of a word. What stands in
//! backticks stays in one piece: somebody may want to copy it. Must not know the terminal: the width is an argument.

/// Narrowest width that is folded for; below it every line would be a column of single words.
const NARROWEST: usize = 40;
/// Widest column that lines are indented to.
const DEEPEST: usize = 26;

/// Folds each line of a text; lines that go on are indented to where the line's own text begins.
pub fn fold(text: &str, width: Option<usize>) -> String {
    text.split('\n').map(|line| fold_line(line, width, column(line))).collect::<Vec<_>>().join("\n")
}

/// Folds one line; `column` is where it goes on.
pub fn fold_line(line: &str, width: Option<usize>, column: usize) -> String {
    let Some(width) = width.filter(|width| *width >= NARROWEST && line.chars().count() > *width) else {
        return line.to_owned();
    };
    let column = if column > width / 2 { 2 } else { column };
    let mut folded: String = line.chars().take(column).collect();
    let rest: String = line.chars().skip(column).collect();
    let mut used = column;
    for (blanks, word) in words(&rest) {
        let length = word.chars().count();
        if used > column && used + blanks + length > width {
            folded.push('\n');
            folded.push_str(&" ".repeat(column));
            used = column;
        } else {
            folded.push_str(&" ".repeat(blanks));
            used += blanks;
        }
        folded.push_str(word);
        used += length;
    }
    folded
}

/// Where the text of a line begins: behind its first gap of two blanks, else behind `error: ` and its like, else behind
/// its indentation.
fn column(line: &str) -> usize {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    let gap = line.trim_start().find("  ").map(|at| {
        let (before, rest) = line.split_at(indent + at);
        before.chars().count() + rest.chars().take_while(|c| *c == ' ').count()
    });
    if let Some(gap) = gap.filter(|gap| *gap <= DEEPEST) {
        return gap;
    }
    let label = line.split_once(": ").map(|(label, _)| label);
    match label.filter(|label| !label.is_empty() && label.chars().all(|c| c.is_ascii_lowercase())) {
        Some(label) => label.len() + 2,
        None => indent,
    }
}

/// Words of a line, with the number of blanks before each; a pair of backticks and what is between them is one word.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.trim_end().is_empty() {
        let word = rest.trim_start_matches(' ');
        let blanks = rest.len() - word.len();
        let (word, after) = word.split_at(end(word));
        words.push((blanks, word));
        rest = after;
    }
    words
}

/// Length of the first word, in bytes.
fn end(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '`' if quoted => quoted = false,
            '`' => quoted = text.get(at + 1..).is_some_and(|rest| rest.contains('`')),
            ' ' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_under_their_text() {
        for (line, expected) in [
            (
                "hint: a preset is a file, or a shipped name; try one",
                "hint: a preset is a file, or a shipped\n      name; try one",
            ),
            (
                "  ray   Ray cluster: chart 1.7.0   after secrets, x",
                "  ray   Ray cluster: chart 1.7.0   after\n        secrets, x",
            ),
            (
                "    indented text that is longer than the width is",
                "    indented text that is longer than\n    the width is",
            ),
            ("short", "short"),
            ("", ""),
        ] {
            assert_eq!(fold(line, Some(40)), expected);
            assert_eq!(fold(line, None), line);
            assert_eq!(fold(line, Some(20)), line, "too narrow for folding");
        }
    }

    #[test]
    fn what_a_person_may_copy_stays_in_one_piece() {
        let line = "hint: run `kubectl -n hub get pods --watch --all` now";
        assert_eq!(fold(line, Some(40)), "hint: run\n      `kubectl -n hub get pods --watch --all`\n      now");
        assert_eq!(fold("a single ` is no pair of them, so the text goes on", Some(40)).lines().count(), 2);
        let url = format!("see https://{} for more", "x".repeat(60));
        assert_eq!(fold(&url, Some(40)).lines().nth(1), Some(format!("https://{}", "x".repeat(60)).as_str()));
    }
}
