//! What there is to read of a run, while it goes on and afterwards: its pods, each with its page and its logs, and what took how
//! long. On this machine they are processes. Must not change anything.
use super::{
    Wizard,
    menu::{Line, Picked},
};
use crate::{
    front::{
        clock, message,
        wizard::{
            follow::{PodStanding, Row},
            pod::{self, PageLine, Words},
            wish::{LogOf, News, Wish},
        },
    },
    problem::Problem,
};

/// Something to read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    Pods,
    Times,
}

/// What can be read next of a pod.
enum OfPod {
    Log(LogOf),
    Again,
    Back,
}

impl Wizard<'_> {
    /// What there is to read, as lines of a list.
    pub(super) fn readings<T>(&self, does: impl Fn(Reading) -> T) -> Vec<Line<T>> {
        let (run, now) = (&self.shared.run, self.shared.now);
        let tally = run.pods.tally();
        let pods = (tally.all() > 0).then(|| Line::new(does(Reading::Pods), run.parts().1, &tally.to_string()));
        let times = "how long each step took, and which of them decided it";
        let times = run.timeline(now).map(|_| Line::new(does(Reading::Times), "times", times));
        pods.into_iter().chain(times).collect()
    }

    /// Reads it; `false`: the person leaves.
    pub(super) fn read(&mut self, what: Reading) -> Result<bool, Problem> {
        match what {
            Reading::Pods => self.pods(),
            Reading::Times => self.tell_times().map(|()| true),
        }
    }

    fn pods(&mut self) -> Result<bool, Problem> {
        let mut told = false;
        loop {
            let lines = self.pod_lines();
            match self.pick_on(lines, &mut told)? {
                Picked::One(Some(name)) if !self.pod(&name)? => return Ok(false),
                Picked::One(Some(_)) => {}
                Picked::One(None) | Picked::Back => return Ok(true),
                Picked::Leave => return Ok(false),
            }
        }
    }

    /// By owner, problems first.
    fn pod_lines(&self) -> Vec<Line<Option<String>>> {
        let pods = &self.shared.run.pods;
        let rows = pods.rows(false, 0, pods.len(false)).into_iter().map(|row| match row {
            Row::Group { owner, tally } => Line::text(&format!("  {}  {tally}", pod::owner(owner))),
            Row::Pod { name, standing, since } => {
                let words = pod::words(name, since, &self.shared.run, self.shared.now);
                Line::new(Some(name.to_owned()), name, &in_a_line(standing, &words))
            }
        });
        rows.chain([Line::new(None, "back", "to what can be done")]).collect()
    }

    /// The page of a pod, and from there its logs.
    fn pod(&mut self, name: &str) -> Result<bool, Problem> {
        let mut containers = self.tell_page(name)?;
        loop {
            let lines = of_pod(name, &containers);
            let back = lines.len().checked_sub(1);
            match self.pick(lines, back)? {
                Picked::One(OfPod::Log(of)) => self.tell_log(of)?,
                Picked::One(OfPod::Again) => containers = self.tell_page(name)?,
                Picked::One(OfPod::Back) | Picked::Back => return Ok(true),
                Picked::Leave => return Ok(false),
            }
        }
    }

    /// Tells the page of a pod as it is now; gives back the names of its containers, as far as they are known.
    fn tell_page(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        match self.grant(Wish::Inspect(name.to_owned())) {
            Some(News::Pod { page: Ok(page), .. }) => {
                let lines = pod::page(&page, &self.shared.zone).into_iter().map(in_words);
                let lines: Vec<String> = [String::new(), page.name.clone()].into_iter().chain(lines).collect();
                self.tell_pages(&lines)?;
                Ok(page.containers.into_iter().map(|container| container.name).collect())
            }
            Some(News::Pod { page: Err(problem), .. }) => {
                self.tell(&message::error(&problem));
                Ok(Vec::new())
            }
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn tell_log(&mut self, of: LogOf) -> Result<(), Problem> {
        match self.grant(Wish::Logs(of)) {
            Some(News::Logs { lines: Ok(lines), .. }) if lines.is_empty() => self.tell(pod::EMPTY_LOG),
            Some(News::Logs { lines: Ok(lines), .. }) => return self.tell_pages(&lines),
            Some(News::Logs { lines: Err(problem), .. }) => self.tell(&message::error(&problem)),
            _ => {}
        }
        Ok(())
    }

    fn tell_times(&mut self) -> Result<(), Problem> {
        let Some(timeline) = self.shared.run.timeline(self.shared.now) else { return Ok(()) };
        let steps = timeline.bars.iter().map(|bar| {
            let critical = if bar.critical { ", critical path" } else { "" };
            format!("  {}: {}{critical}", bar.title, clock(bar.took()))
        });
        let span = message::span(&timeline, &self.shared.zone);
        let lines: Vec<String> = [span].into_iter().chain(steps).chain([message::CRITICAL.to_owned()]).collect();
        self.tell_pages(&lines)
    }
}

/// A log that can be read.
pub(super) fn log_line<T>(of: LogOf, name: &str, does: impl FnOnce(LogOf) -> T) -> Line<T> {
    let words = if of.previous { "its last lines before it began anew" } else { "its last lines" };
    Line::new(does(of), name.trim_end(), words)
}

fn of_pod(name: &str, containers: &[String]) -> Vec<Line<OfPod>> {
    let first = [String::new()];
    let containers = if containers.is_empty() { &first } else { containers };
    let logs = containers.iter().flat_map(|container| {
        [("log", false), ("before", true)].map(|(word, previous)| {
            let of = LogOf { pod: name.to_owned(), container: container.clone(), previous };
            log_line(of, &format!("{word} {container}"), OfPod::Log)
        })
    });
    let again = Line::new(OfPod::Again, "again", "how it is now");
    logs.chain([again, Line::new(OfPod::Back, "back", "to all of them")]).collect()
}

/// What stands beside the name of a pod, in the order of the columns on a screen.
fn in_a_line(standing: PodStanding, words: &Words<'_>) -> String {
    let state = if standing == PodStanding::Ready { String::new() } else { format!(", {}", words.state) };
    let counts = if words.counts.is_empty() { String::new() } else { format!(" {}", words.counts) };
    let reason = if words.reason.is_empty() { String::new() } else { format!(": {}", words.reason) };
    format!("{}{state}{counts}, {}{reason}", standing.word(), words.age)
}

/// A line of a page; what is not well begins with a sign, as everywhere in lines.
fn in_words(line: PageLine<'_>) -> String {
    let marked = |bad: bool, words: &str| format!("  {} {}", if bad { "!" } else { " " }, words.trim_start());
    match line {
        PageLine::Wrong(words) => marked(true, words),
        PageLine::Hint(words) => format!("    hint: {words}"),
        PageLine::Raw(words) => format!("    | {words}"),
        PageLine::Fact(word, fact) => format!("    {word}: {fact}"),
        PageLine::Head(title) => format!("  {title}"),
        PageLine::Container(_, standing, words) => marked(standing == PodStanding::Stuck, &words),
        PageLine::Image(image) => format!("      {image}"),
        PageLine::Condition(met, words) => marked(!met, &words),
        PageLine::Event(warning, words) => marked(warning, &words),
    }
}
