//! What the review can show in full: steps, files, what is different in them, and how it fits – in words.
//! Must not ask what to do about it.
use super::{
    Wizard,
    menu::{Line, Picked},
};
use crate::{
    answers::{facts::is_gpu, figures},
    front::wizard::review,
    plan::{
        diff::{self, Diff, Kind},
        fit::{self, Amounts, Fitness, Group, Verdict},
        show,
    },
    problem::Problem,
};

impl Wizard<'_> {
    pub(super) fn tell_steps(&mut self) -> Result<(), Problem> {
        let Some(preview) = &self.shared.preview else { return Ok(()) };
        let text = format!("steps under one number run at the same time\n{}", show::steps(&preview.plan));
        self.tell_pages(&lines(&text))
    }

    /// The files by number, each in full; `false`: the person leaves.
    pub(super) fn tell_files(&mut self) -> Result<bool, Problem> {
        loop {
            let Some(preview) = &self.shared.preview else { return Ok(true) };
            let files = preview.files.iter().enumerate();
            let mut list: Vec<Line<Option<usize>>> = files
                .map(|(at, file)| {
                    let words = review::file_words(file, self.diff(at));
                    Line::new(Some(at), &file.path, if preview.unasked { "not compared" } else { &words })
                })
                .collect();
            list.push(Line::new(None, "back", "to the review"));
            let usual = list.len().checked_sub(1);
            match self.pick(list, usual)? {
                Picked::One(Some(at)) => {
                    let text = self.shared.preview.as_ref().and_then(|preview| preview.files.get(at));
                    let text = text.map(|file| lines(&file.text)).unwrap_or_default();
                    self.tell_pages(&text)?;
                }
                Picked::One(None) | Picked::Back => return Ok(true),
                Picked::Leave => return Ok(false),
            }
        }
    }

    fn diff(&self, file: usize) -> Option<&Diff> {
        self.diffs.get(file).and_then(Option::as_ref)
    }

    /// What would be different from what is deployed.
    pub(super) fn tell_changes(&mut self) -> Result<(), Problem> {
        let Some(preview) = &self.shared.preview else { return Ok(()) };
        if preview.unasked {
            self.tell("nothing was compared: the target could not be asked");
            return Ok(());
        }
        let mut text = vec![diff::summary(self.diffs.iter().map(Option::as_ref))];
        for (at, file) in preview.files.iter().enumerate() {
            let diff = self.diff(at);
            if diff.is_none_or(|diff| !diff.is_empty()) {
                text.push(format!("{}: {}", file.path, review::file_words(file, diff)));
                text.extend(diff.into_iter().flat_map(differing));
            }
        }
        if self.diffs.iter().flatten().any(|diff| !diff.is_empty()) {
            text.insert(1, "lines with + come, lines with - go".to_owned());
        }
        self.tell_pages(&text)
    }

    /// The picture of fit in words: what nodes have and give, then what fits and what does not.
    pub(super) fn tell_whole_fit(&mut self) -> Result<(), Problem> {
        let fit = self.shared.fit();
        let head = fit::summary(&fit).into_iter().take(1);
        let asked = format!("the answers ask for {}", fit::asked(&fit));
        let groups = fit.groups.iter().map(group);
        let verdicts = fit.verdicts.iter().map(verdict);
        let lines: Vec<String> = head.chain([asked]).chain(groups).chain(verdicts).chain(fit.notes.clone()).collect();
        self.tell_pages(&lines)
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn differing(diff: &Diff) -> Vec<String> {
    let line = |line: &diff::Line| {
        let sign = match line.kind {
            Kind::Context => ' ',
            Kind::Added => '+',
            Kind::Removed => '-',
        };
        format!("  {sign} {}", line.text)
    };
    let hunk = |hunk: &diff::Hunk| {
        let gap = (hunk.skipped > 0).then(|| format!("  {} equal lines", hunk.skipped));
        gap.into_iter().chain(hunk.lines.iter().map(line)).collect::<Vec<_>>()
    };
    diff.hunks.iter().flat_map(hunk).collect()
}

/// Nodes of one kind: what they have, what is taken always, and what at most.
fn group(group: &Group) -> String {
    let sum = &group.sum;
    let [others, always] = [&sum.others, &sum.always];
    let taken = |of: fn(&Amounts) -> u64| {
        let always = of(others).saturating_add(of(always));
        (of(&sum.all), always, always.saturating_add(of(&sum.most)))
    };
    let words = |what: &str, (all, always, most): (u64, u64, u64), say: fn(u64) -> String| {
        format!("{what} {} in all, {} always taken, {} at most", say(all), say(always), say(most))
    };
    let name = match group.count {
        1 => format!("node {}", sum.name),
        more => format!("{more} nodes like {}", sum.name),
    };
    let cpu = words("CPU", taken(|amounts| amounts.cpu_millis), figures::cpu);
    let memory = words("memory", taken(|amounts| amounts.memory), figures::bytes);
    let gpus =
        |amounts: &Amounts| amounts.gpus.iter().filter(|(name, _)| is_gpu(name)).map(|(_, count)| count).sum::<u64>();
    let gpu = if gpus(&sum.all) == 0 {
        String::new()
    } else {
        format!("; {}", words("GPUs", taken(gpus), |all| all.to_string()))
    };
    let closed = if sum.closed.is_some() { "; takes no new pods" } else { "" };
    format!("{name}: {cpu}; {memory}{gpu}{closed}")
}

fn verdict(verdict: &Verdict) -> String {
    let word = match verdict.standing {
        Fitness::Fits => "ok",
        Fitness::Warning => "warn",
        Fitness::No => "no",
    };
    format!("{word}: {}", verdict.sentence())
}
