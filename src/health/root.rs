//! Which finding comes first? Equal causes become one finding with a count, and what only follows from another is folded
//! into it. Must not know how findings are made.
use std::collections::BTreeSet;

use super::{causes, verdict::Finding};

/// Findings grouped by cause, the root first: machines, refusals, disks, places, images, configuration, crashes, probes,
/// the network, and last what only waits for something else.
pub fn fold(findings: Vec<Finding>) -> Vec<Finding> {
    let mut groups: Vec<Group> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| group.takes(&finding)) {
            Some(group) => group.add(finding),
            None => groups.push(Group::of(finding)),
        }
    }
    // a stable sort: among equals the first found stays first
    groups.sort_by_key(|group| causes::rank(&group.first.code));
    groups.into_iter().map(Group::done).collect()
}

struct Group {
    first: Finding,
    key: String,
    subjects: BTreeSet<String>,
    count: u32,
}

impl Group {
    fn of(finding: Finding) -> Self {
        let subjects = BTreeSet::from([finding.subject.clone()]);
        Self { key: key(&finding), subjects, count: finding.count, first: finding }
    }

    /// The same cause with the same words; numbers may differ ("restarted 3 times", "4 times").
    fn takes(&self, finding: &Finding) -> bool {
        self.first.code == finding.code && (self.first.subject == finding.subject || self.key == key(finding))
    }

    /// The same thing seen from two sides (a claim, and the pod that waits for it) counts once.
    fn add(&mut self, finding: Finding) {
        if self.subjects.insert(finding.subject) {
            self.count = self.count.saturating_add(finding.count);
        }
        self.first.since = [self.first.since, finding.since].into_iter().flatten().min();
    }

    fn done(self) -> Finding {
        Finding { count: self.count.max(1), ..self.first }
    }
}

fn key(finding: &Finding) -> String {
    finding.title.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, subject: &str, title: &str) -> Finding {
        Finding::new(code, subject, title)
    }

    #[test]
    fn equal_causes_are_one_finding_with_a_count() {
        let many = (0..37).map(|n| finding("image-not-found", &format!("Pod/puller-{n}"), "no image `x:1`")).collect();
        let folded = fold(many);
        assert_eq!(folded.len(), 1);
        assert_eq!((folded[0].count, folded[0].subject.as_str()), (37, "Pod/puller-0"));
    }

    #[test]
    fn different_words_of_one_cause_stay_apart_but_numbers_do_not() {
        let folded = fold(vec![
            finding("crash-loop", "Pod/a", "program `hub` ends with exit code 1 (3 times)"),
            finding("crash-loop", "Pod/b", "program `hub` ends with exit code 1 (14 times)"),
            finding("crash-loop", "Pod/c", "program `proxy` ends with exit code 1 (3 times)"),
        ]);
        assert_eq!(folded.iter().map(|one| one.count).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn the_same_subject_from_two_sides_counts_once() {
        let claim = || finding("no-default-storage-class", "PersistentVolumeClaim/hub-db-dir", "no default disk");
        assert_eq!(fold(vec![claim(), claim()])[0].count, 1);
    }

    #[test]
    fn the_root_comes_first() {
        let folded = fold(vec![
            finding("probe-failing", "Pod/a", "a"),
            finding("crash-loop", "Pod/b", "b"),
            finding("image-not-found", "Pod/c", "c"),
            finding("no-default-storage-class", "PersistentVolumeClaim/d", "d"),
            finding("node-not-ready", "Node/e", "e"),
        ]);
        let order: Vec<&str> = folded.iter().map(|one| one.subject.as_str()).collect();
        assert_eq!(order, ["Node/e", "PersistentVolumeClaim/d", "Pod/c", "Pod/b", "Pod/a"]);
    }
}
