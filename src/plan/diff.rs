//! What is different between two texts, line by line, as hunks with a few lines around them. Must not know what the texts are,
//! nor how a difference is shown.
use similar::{ChangeTag, DiffOp, TextDiff};

/// Lines that stay the same and are shown around those that do not.
const AROUND: usize = 3;

/// The difference between what is there and what is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Where lines differ, in order. Empty: nothing does.
    pub hunks: Vec<Hunk>,
    /// Equal lines after the last hunk, which are left out.
    pub rest: usize,
    /// How many lines change: of a line that takes the place of another one, one.
    pub changed: usize,
}

/// Lines that differ, and those around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Equal lines between this hunk and the one before, which are left out.
    pub skipped: usize,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happens to it.
    pub kind: Kind,
    /// Its text, without line end.
    pub text: String,
}

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It stays.
    Context,
    /// It comes.
    Added,
    /// It goes.
    Removed,
}

impl Diff {
    /// The difference between two texts. Line ends at the end of a text, and before `\n`, do not matter.
    pub fn between(old: &str, new: &str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let diff = TextDiff::from_slices(&old, &new);
        let mut end = 0;
        let mut hunks = Vec::new();
        for group in diff.grouped_ops(AROUND) {
            let start = group.first().map_or(end, |op| op.old_range().start);
            let changes = group.iter().flat_map(|op| diff.iter_changes(op));
            let lines = changes.map(|change| Line { kind: kind(change.tag()), text: change.value().to_owned() });
            hunks.push(Hunk { skipped: start.saturating_sub(end), lines: lines.collect() });
            end = group.last().map_or(end, |op| op.old_range().end);
        }
        let rest = if hunks.is_empty() { 0 } else { old.len().saturating_sub(end) };
        Self { hunks, rest, changed: diff.ops().iter().map(changed).sum() }
    }

    /// Whether nothing is different.
    pub const fn is_empty(&self) -> bool {
        self.changed == 0
    }
}

const fn kind(tag: ChangeTag) -> Kind {
    match tag {
        ChangeTag::Equal => Kind::Context,
        ChangeTag::Delete => Kind::Removed,
        ChangeTag::Insert => Kind::Added,
    }
}

fn changed(op: &DiffOp) -> usize {
    match op {
        DiffOp::Equal { .. } => 0,
        DiffOp::Delete { old_len, .. } => *old_len,
        DiffOp::Insert { new_len, .. } => *new_len,
        DiffOp::Replace { old_len, new_len, .. } => *old_len.max(new_len),
    }
}

/// All differences in a few words: `3 lines change, in 2 of 7 files`. `None` stands for a file that is new.
pub fn summary<'d>(diffs: impl Iterator<Item = Option<&'d Diff>>) -> String {
    let (mut lines, mut files, mut fresh, mut all) = (0, 0, 0, 0_usize);
    for diff in diffs {
        all += 1;
        match diff {
            None => fresh += 1,
            Some(diff) => {
                lines += diff.changed;
                files += usize::from(!diff.is_empty());
            }
        }
    }
    let new = match fresh {
        0 => String::new(),
        1 => "1 file is new".to_owned(),
        more => format!("{more} files are new"),
    };
    match (lines, new.is_empty()) {
        (0, true) => "nothing would change".to_owned(),
        (0, false) => new,
        (lines, no_new) => {
            let line = if lines == 1 { "1 line changes".to_owned() } else { format!("{lines} lines change") };
            let end = if no_new { String::new() } else { format!("; {new}") };
            format!("{line}, in {files} of {all} files{end}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(from: usize, to: usize) -> String {
        (from..=to).map(|number| format!("{number}\n")).collect()
    }

    fn shown(diff: &Diff) -> Vec<String> {
        let line = |line: &Line| {
            let sign = match line.kind {
                Kind::Context => ' ',
                Kind::Added => '+',
                Kind::Removed => '-',
            };
            format!("{sign}{}", line.text)
        };
        diff.hunks
            .iter()
            .flat_map(|hunk| std::iter::once(format!("@{}", hunk.skipped)).chain(hunk.lines.iter().map(line)))
            .collect()
    }

    #[test]
    fn only_what_is_near_a_change_is_shown_and_the_rest_is_counted() {
        let old = numbers(1, 20);
        let new = old.replace("\n5\n", "\nfive\n").replace("\n17\n", "\n");
        let diff = Diff::between(&old, &new);
        let expected = [
            "@1", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8", "@5", " 14", " 15", " 16", "-17", " 18", " 19",
            " 20",
        ];
        assert_eq!(shown(&diff), expected);
        assert_eq!((diff.changed, diff.rest), (2, 0));
        assert_eq!(Diff::between(&old, &old.replace("\n5\n", "\n")).rest, 12, "nothing is left out unseen");
    }

    #[test]
    fn line_ends_at_the_end_are_no_difference() {
        assert!(Diff::between("a\nb\n", "a\r\nb").is_empty());
        assert_eq!(Diff::between("", "a\nb\n").changed, 2);
    }

    #[test]
    fn a_summary_counts_lines_and_files() {
        let (same, one) = (Diff::between("a", "a"), Diff::between("a\nb\n", "a\nc\n"));
        let two = Diff::between("a\n", "a\nb\nc\n");
        let say = |diffs: &[Option<&Diff>]| summary(diffs.iter().copied());
        assert_eq!(say(&[Some(&same), Some(&same)]), "nothing would change");
        assert_eq!(say(&[Some(&same), Some(&one)]), "1 line changes, in 1 of 2 files");
        assert_eq!(say(&[Some(&two), Some(&one), Some(&same)]), "3 lines change, in 2 of 3 files");
        assert_eq!(say(&[Some(&one), None]), "1 line changes, in 1 of 2 files; 1 file is new");
        assert_eq!(say(&[None, None]), "2 files are new");
    }
}
