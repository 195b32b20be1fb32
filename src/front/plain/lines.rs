//! Events as lines: clock time, elapsed time, state word, what it is about, text.
//! Must not decide what an event means; `front::message` words it.
use std::{collections::BTreeMap, io::Write, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    front::{
        Front, clock,
        fold::fold_line,
        message::{self, Sentence, word},
        settle::Settling,
    },
    run::{
        event::{Event, EventKind, Outcome},
        state::RunState,
        timeline::Timeline,
    },
};

/// Where the text begins, behind clock, elapsed time and state word.
const COLUMN: usize = 24;
/// Silence after which a heartbeat says what is waited for, where no bar shows it.
const HEARTBEAT: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// Writes events as lines.
pub struct Lines<W: Write + Send> {
    out: W,
    zone: TimeZone,
    started: Option<Timestamp>,
    last_line: Option<Timestamp>,
    /// Steps by id, rungs by title.
    waits: BTreeMap<String, Wait>,
    bars: Option<MultiProgress>,
    width: Option<usize>,
    settling: Settling,
    /// The steps, for what is said at the end; of pods it knows nothing.
    run: RunState,
}

struct Wait {
    what: String,
    since: Timestamp,
    bar: Option<ProgressBar>,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to `out`; `bars` draws what is waited for on standard error, for terminals only.
    pub fn new(out: W, zone: TimeZone, bars: bool) -> Self {
        let bars = bars.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(4)));
        let (settling, run) = (Settling::default(), RunState::default());
        Self { out, zone, started: None, last_line: None, waits: BTreeMap::new(), bars, width: None, settling, run }
    }

    /// Folds lines at a terminal's width.
    #[must_use]
    pub fn fold_at(mut self, width: Option<usize>) -> Self {
        self.width = width;
        self
    }

    /// Takes the bars away until the next event or tick: somebody is to be asked something below the lines.
    pub fn pause(&self) {
        if let Some(bars) = &self.bars {
            let _ = bars.clear();
        }
    }

    fn elapsed(&self, now: Timestamp) -> Duration {
        let since = self.started.unwrap_or(now);
        Duration::try_from(now.duration_since(since)).unwrap_or_default()
    }

    fn say(&mut self, at: Timestamp, sentence: &Sentence) {
        let text = layout(&message::time(at, &self.zone), &clock(self.elapsed(at)), sentence, self.width);
        let out = &mut self.out;
        // A reader that went away must not end the run: the journal has every event.
        let mut write = || out.write_all(text.as_bytes()).and_then(|()| out.flush());
        let _ = match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        };
        self.last_line = Some(at);
    }

    /// Writes what has lasted long enough.
    fn say_settled(&mut self, now: Timestamp) {
        for (at, sentence) in self.settling.due(now) {
            self.say(at, &sentence);
        }
    }

    /// At the end of a run, which of its steps decided how long it took.
    fn say_what_took_the_time(&mut self, event: &Event) {
        match event.kind {
            EventKind::PodChanged(_) | EventKind::PodGone { .. } => return,
            _ => self.run.apply(event),
        }
        if !matches!(event.kind, EventKind::RunFinished { outcome: Outcome::Done | Outcome::Unverified, .. }) {
            return;
        }
        let path = Timeline::of(&self.run, event.at).as_ref().and_then(message::critical_path);
        if let Some(sentence) = path {
            self.say(event.at, &sentence);
        }
    }

    fn track(&mut self, at: Timestamp, kind: &EventKind) {
        match kind {
            EventKind::StepStarted { step } => self.wait_for(step.as_str(), "started", None, at),
            EventKind::RungStarted { title, .. } => self.wait_for(title, "being tried", None, at),
            EventKind::RungDone(done) => self.no_longer(&done.title),
            EventKind::StepWaiting { step, what, .. } => self.wait_for(step.as_str(), what, None, at),
            EventKind::StepProgress { step, progress } => {
                self.wait_for(step.as_str(), &progress.to_string(), progress.share(), at);
            }
            EventKind::StepBlocked { step, finding, .. } => self.wait_for(step.as_str(), &finding.title, None, at),
            EventKind::StepDone { step, .. }
            | EventKind::StepFailed { step, .. }
            | EventKind::StepSkipped { step, .. } => {
                self.no_longer(step.as_str());
            }
            _ => {}
        }
    }

    /// `share`: how much is done of how much, where that is known.
    fn wait_for(&mut self, name: &str, what: &str, share: Option<(u64, u64)>, at: Timestamp) {
        let bars = self.bars.as_ref();
        let wait = self.waits.entry(name.to_owned()).or_insert_with(|| Wait {
            what: String::new(),
            since: at,
            bar: bars.map(|bars| bars.add(ProgressBar::new_spinner().with_prefix(name.to_owned()))),
        });
        what.clone_into(&mut wait.what);
        if let Some(bar) = &wait.bar {
            fill(bar, share);
            bar.set_message(wait.what.clone());
        }
    }

    fn no_longer(&mut self, name: &str) {
        if let Some(bar) = self.waits.remove(name).and_then(|wait| wait.bar) {
            bar.finish_and_clear();
        }
    }

    fn heartbeat(&self, now: Timestamp) -> Option<Sentence> {
        let silent = now.duration_since(self.last_line?);
        if self.waits.is_empty() || self.bars.is_some() || silent < HEARTBEAT {
            return None;
        }
        let waits = self.waits.iter().map(|(name, wait)| {
            let since = Duration::try_from(now.duration_since(wait.since)).unwrap_or_default();
            format!("{name} ({}): {}", clock(since), wait.what)
        });
        Some(Sentence { word: word::WAIT, about: String::new(), lines: vec![waits.collect::<Vec<_>>().join("; ")] })
    }
}

impl<W: Write + Send> Front for Lines<W> {
    fn event(&mut self, event: &Event) {
        self.started.get_or_insert(event.at);
        self.say_settled(event.at);
        self.track(event.at, &event.kind);
        self.say_what_took_the_time(event);
        let sentence = message::sentence(&event.kind, &self.zone);
        if let Some(sentence) = sentence.and_then(|sentence| self.settling.take(event.at, &event.kind, sentence)) {
            self.say(event.at, &sentence);
        }
    }

    fn tick(&mut self, now: Timestamp) {
        self.say_settled(now);
        if let Some(sentence) = self.heartbeat(now) {
            self.say(now, &sentence);
        }
        for bar in self.waits.values().filter_map(|wait| wait.bar.as_ref()) {
            bar.tick();
        }
    }

    fn finish(&mut self) {
        for (_, wait) in std::mem::take(&mut self.waits) {
            if let Some(bar) = wait.bar {
                bar.finish_and_clear();
            }
        }
    }
}

/// Fills a bar as far as something is done; where nobody knows how much there is, it only turns.
fn fill(bar: &ProgressBar, share: Option<(u64, u64)>) {
    let template = match share {
        Some((done, total)) => {
            bar.set_length(total);
            bar.set_position(done);
            "  {spinner} {elapsed:>4} {prefix}: [{bar:20}] {wide_msg}"
        }
        None => "  {spinner} {elapsed:>4} {prefix}: {wide_msg}",
    };
    // ASCII and one turn a second: braille and fast spinners are noise to screen readers.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.set_style(style.tick_chars("-\\|/ ").progress_chars("#-"));
}

fn layout(time: &str, elapsed: &str, sentence: &Sentence, width: Option<usize>) -> String {
    let mut lines = sentence.lines.iter();
    let first = lines.next().map_or("", String::as_str);
    let about = if sentence.about.is_empty() { String::new() } else { format!("{}: ", sentence.about) };
    let first = format!("{time} {elapsed:>6}  {:<5}  {about}{first}", sentence.word);
    let further = lines.map(|line| format!("{:COLUMN$}{line}", ""));
    std::iter::once(first).chain(further).map(|line| fold_line(&line, width, COLUMN) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use indicatif::TermLike;

    use super::*;
    use crate::plan::graph::StepId;
    use crate::run::event::{FORMAT, Progress, Unit};

    /// A terminal that keeps everything that was written to it.
    #[derive(Debug, Clone, Default)]
    struct Written(Arc<Mutex<String>>);

    impl TermLike for Written {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text).and_then(|()| self.write_str("\n"))
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_line("")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn event(second: i64, kind: EventKind) -> Event {
        Event { v: FORMAT, seq: 1, at: Timestamp::from_second(second).unwrap(), kind }
    }

    fn text(lines: Lines<Vec<u8>>) -> String {
        String::from_utf8(lines.out).unwrap()
    }

    #[test]
    fn a_change_is_one_line_with_clock_elapsed_and_word() {
        let mut lines = Lines::new(Vec::new(), TimeZone::UTC, false);
        let step = StepId::new("ray");
        lines.event(&event(0, EventKind::StepStarted { step: step.clone() }));
        lines.event(&event(75, EventKind::StepDone { step, changed: true, took_ms: 75_000, note: None }));
        assert_eq!(text(lines), "00:00:00   0:00  wait   ray: started\n00:01:15   1:15  ok     ray: done in 1:15\n");
    }

    #[test]
    fn at_the_end_it_says_what_took_the_time() {
        let mut lines = Lines::new(Vec::new(), TimeZone::UTC, false);
        for line in include_str!("../../../tests/demo-data/this-machine.jsonl").lines() {
            lines.event(&serde_json::from_str(line).unwrap());
        }
        let said = text(lines);
        let path = "what took the time: environment 0:33, then secrets 0:01, then ray 0:16, then verify 0:32\n";
        let [path, done] = [path, "all done in 1:24"].map(|words| said.find(words));
        assert!(path.is_some() && path < done, "{said}");
    }

    #[test]
    fn a_long_line_goes_on_under_its_text() {
        let mut lines = Lines::new(Vec::new(), TimeZone::UTC, false).fold_at(Some(60));
        let text_of_event = "a note that is much longer than what a terminal of sixty columns has room for".to_owned();
        lines.event(&event(0, EventKind::Note { text: text_of_event }));
        let shown = text(lines);
        let long = shown.lines().find(|line| line.chars().count() > 60);
        let further: Vec<_> = shown.lines().skip(1).filter(|line| !line.starts_with(&" ".repeat(COLUMN))).collect();
        assert!(long.is_none() && further.is_empty() && shown.lines().count() > 1, "{shown}");
    }

    #[test]
    fn a_bar_is_filled_as_far_as_is_known_and_turns_where_nobody_knows() {
        let (written, mut lines) = (Written::default(), Lines::new(Vec::new(), TimeZone::UTC, true));
        lines.bars.iter().for_each(|bars| {
            bars.set_draw_target(ProgressDrawTarget::term_like_with_hz(Box::new(written.clone()), 255));
        });
        let step = StepId::new("environment");
        let progress = Progress::of("downloading packages").counted(30, Some(120), Unit::Packages);
        lines.event(&event(0, EventKind::StepStarted { step: step.clone() }));
        lines.event(&event(1, EventKind::StepProgress { step: step.clone(), progress }));
        lines.tick(Timestamp::from_second(1).unwrap());
        let wait = EventKind::StepWaiting { step, what: "it starts".to_owned(), deadline: Timestamp::UNIX_EPOCH };
        lines.event(&event(2, wait));
        lines.tick(Timestamp::from_second(2).unwrap());
        let written = written.0.lock().unwrap().clone();
        let filled = "environment: [#####---------------] downloading packages, 30 of 120";
        assert!(written.contains(filled) && written.contains("environment: it starts"), "{written}");
    }

    #[test]
    fn silence_of_a_minute_brings_a_heartbeat_that_names_the_wait() {
        let mut lines = Lines::new(Vec::new(), TimeZone::UTC, false);
        lines.event(&event(0, EventKind::StepStarted { step: StepId::new("ray") }));
        lines.tick(Timestamp::from_second(59).unwrap());
        lines.tick(Timestamp::from_second(61).unwrap());
        lines.tick(Timestamp::from_second(62).unwrap());
        let text = text(lines);
        assert_eq!(text.matches("ray (1:01): started").count(), 1, "{text}");
    }
}
