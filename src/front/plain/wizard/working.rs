//! While something is done: its events are lines that the host shows; Ctrl-C asks what is to become of it, and the lines wait
//! meanwhile. Must not know how it is done.
use super::{
    At, Heard, Wizard,
    menu::{Line, Picked, one_line},
    reading::Reading,
};
use crate::{
    front::{
        message,
        wizard::{
            follow::Trouble,
            wish::{News, Wish},
        },
    },
    health::verdict::Finding,
    plan::graph::StepId,
    problem::Problem,
    run::{event::EventKind, state::Phase},
};

/// What can be done about something that goes on.
enum Deed {
    GoOn,
    Skip(StepId),
    Read(Reading),
    Change(String),
    Stop,
}

impl Wizard<'_> {
    /// Has something done, and tells of it until it ends.
    pub(super) fn work(&mut self, wish: Wish) -> Result<At, Problem> {
        self.shared.wished(&wish);
        self.tell(if self.shared.watching {
            "Nothing is changed. Ctrl-C asks what to do: look closer, or end the look."
        } else {
            "Ctrl-C asks what to do: look closer, stop, or give up waiting for a step."
        });
        if let Some(news) = self.host.grant(wish) {
            self.hear(&news);
        }
        let (mut stopped, mut told) = (false, Vec::new());
        while self.shared.running {
            match self.host.next() {
                Heard::News(news) => {
                    self.tell_findings(&news, &mut told);
                    self.hear(&news);
                }
                // Said again it is stopped at once.
                Heard::Interrupted(_) if stopped => drop(self.host.grant(Wish::Cancel)),
                Heard::Interrupted(at) => {
                    self.shared.tick(at);
                    stopped = self.interrupted()?;
                }
            }
        }
        // What is deployed is another now.
        self.checked = None;
        Ok(At::Ended)
    }

    /// Findings of a look are no sentences of a run: each is told once, until it is gone.
    fn tell_findings(&mut self, news: &News, told: &mut Vec<Finding>) {
        let News::Event(event) = news else { return };
        let EventKind::Findings { findings } = &event.kind else { return };
        let new = findings.iter().filter(|finding| !told.iter().any(|known| known.title == finding.title));
        let words: Vec<String> = new.map(message::finding).collect();
        words.iter().for_each(|words| self.tell(words));
        told.clone_from(findings);
    }

    /// Asks what is to become of it; whether it is being stopped.
    fn interrupted(&mut self) -> Result<bool, Problem> {
        loop {
            let lines = self.deeds();
            match self.pick(lines, Some(0))? {
                // Who leaves what is read is asked again what is to become of what runs.
                Picked::One(Deed::Read(what)) => drop(self.read(what)?),
                Picked::One(Deed::GoOn) | Picked::Back => return Ok(false),
                Picked::One(Deed::Skip(step)) => {
                    self.skip(step);
                    return Ok(false);
                }
                Picked::One(Deed::Change(key)) => {
                    self.then = Some(key);
                    break;
                }
                Picked::One(Deed::Stop) | Picked::Leave => break,
            }
        }
        if !self.shared.watching {
            self.tell("stopping: what was begun is ended, what a check made is removed; nothing is rolled back");
        }
        self.host.grant(Wish::Cancel);
        Ok(true)
    }

    fn skip(&mut self, step: StepId) {
        self.tell("what was installed for it stays, and may get ready later; steps that need it begin all the same");
        self.host.grant(Wish::Skip(step));
    }

    fn deeds(&self) -> Vec<Line<Deed>> {
        let run = &self.shared.run;
        let wrong = run.troubles.iter().map(|trouble| Line::text(&format!("! {}", one_line(trouble.title()))));
        let waits = run.state.steps.iter().filter(|step| matches!(step.phase, Phase::Running(_) | Phase::Blocked(_)));
        let skips = waits.map(|step| {
            let id = step.planned.id.clone();
            let name = format!("skip {id}");
            Line::new(Deed::Skip(id), &name, "do not wait for it any longer")
        });
        let keys = self.answers(run.troubles.iter().filter_map(Trouble::key).map(str::to_owned));
        let changes = keys.into_iter().map(|key| Line::change(key, Deed::Change, "stop, and change this answer"));
        let go_on = Line::new(Deed::GoOn, "go on", "look on");
        let stays = "what is installed stays, and it can be gone on with";
        let stop = Line::new(Deed::Stop, "stop", if self.shared.watching { "end the look" } else { stays });
        wrong.chain([go_on]).chain(self.readings(Deed::Read)).chain(skips).chain(changes).chain([stop]).collect()
    }
}
