//! The end of the questions: what was answered, what is missing, how it fits, the command that says the same – and where to:
//! what would be done in full, the installation, a preset, or back to the questions.
use super::{
    At, Reply, Way, Wizard,
    menu::{Line, Picked, one_line},
    question::answer,
};
use crate::{
    answers::{draft::SectionStanding, preset_name, questions::SECTIONS, warn},
    front::{
        message,
        wizard::{
            review,
            wish::{News, Wish},
        },
    },
    plan::fit,
    problem::Problem,
};

/// What can be done at the review.
#[derive(Clone, Copy)]
enum Deed {
    Install,
    Steps,
    Files,
    Changes,
    Fit,
    Verify,
    Save,
    Leave,
    Section(usize),
}

/// Whether the answers were checked and planned.
enum Checked {
    Yes,
    No,
    /// The person leaves instead.
    Leave,
}

/// What can be done about what stands in the way.
enum Mend {
    Change(String),
    Again,
    Back,
}

impl Wizard<'_> {
    pub(super) fn review(&mut self) -> Result<At, Problem> {
        self.tell_review();
        let mut told = false;
        loop {
            let lines = self.review_lines();
            let at = match self.pick_on(lines, &mut told)? {
                Picked::One(deed) => self.do_deed(deed)?,
                Picked::Back => Some(At::Section(SECTIONS.len() - 1, true)),
                Picked::Leave => Some(self.leave()),
            };
            if let Some(at) = at {
                return Ok(at);
            }
        }
    }

    /// `None`: it stays at the review, whose answers are as they were.
    fn do_deed(&mut self, deed: Deed) -> Result<Option<At>, Problem> {
        match deed {
            Deed::Install => return self.install().map(Some),
            Deed::Section(section) => return self.answers_of(section).map(Some),
            Deed::Save => return self.save(),
            Deed::Leave => {
                self.keep();
                return Ok(Some(At::End(self.shared.exit())));
            }
            Deed::Fit => self.tell_whole_fit()?,
            Deed::Verify => {
                self.checked = None;
                let words = self.shared.toggle_verify();
                self.tell(words);
            }
            Deed::Steps | Deed::Files | Deed::Changes => return self.shown(deed),
        }
        Ok(None)
    }

    /// What follows from the answers, in full.
    fn shown(&mut self, deed: Deed) -> Result<Option<At>, Problem> {
        match self.check()? {
            Checked::Yes => {}
            Checked::No => return Ok(None),
            Checked::Leave => return Ok(Some(self.leave())),
        }
        match deed {
            Deed::Files => return Ok((!self.tell_files()?).then(|| self.leave())),
            Deed::Changes => self.tell_changes()?,
            _ => self.tell_steps()?,
        }
        Ok(None)
    }

    pub(super) fn tell_review(&mut self) {
        self.tell("\nReview: what is not the default");
        for (title, fields) in self.shared.draft.changes() {
            self.tell(&format!("  {title}"));
            for field in fields {
                self.tell(&format!("    {}", answer(&field)));
            }
        }
        for problem in self.shared.draft.problems() {
            self.wrong(&one_line(&self.shared.draft.told(&problem, &problem.words())));
        }
        if let Ok(spec) = self.shared.draft.resolved() {
            let warnings = warn::warnings(spec);
            warnings.iter().for_each(|warning| self.tell(&message::warning(warning)));
        }
        self.tell_fit();
        self.tell(&review::before_command(&self.shared.draft));
        let preview = self.shared.preview.as_ref().filter(|_| self.is_checked());
        let command = review::command(&self.shared.draft, preview, self.shared.verify);
        command.iter().for_each(|line| self.tell(&format!("  {}", one_line(line))));
        self.tell(review::about_command(&command));
    }

    fn review_lines(&self) -> Vec<Line<Deed>> {
        let verify =
            if self.shared.verify { "yes; choose this to leave it out" } else { "no; choose this to have it done" };
        let lines = [
            Line::new(Deed::Install, "install", "check all against the target, then begin"),
            Line::new(Deed::Steps, "steps", "what would be done, and in which order"),
            Line::new(Deed::Files, "files", "values and manifests, each in full"),
            Line::new(Deed::Changes, "changes", "what is different from what is deployed"),
            Line::new(Deed::Fit, "fit", "what nodes have, and what finds room"),
            Line::new(Deed::Verify, "verify afterwards", verify),
            Line::new(Deed::Save, "save", "the answers as a preset"),
            Line::new(Deed::Leave, "leave", "end here; the answers are kept"),
            Line::text("  to change answers:"),
        ];
        let sections = SECTIONS.iter().enumerate().filter_map(|(index, section)| {
            let words = match self.shared.draft.standing(index) {
                SectionStanding::NotRelevant => return None,
                SectionStanding::Done => "done".to_owned(),
                SectionStanding::Attention(wrong) => review::unanswered(wrong),
            };
            Some(Line::new(Deed::Section(index), section.title, &words))
        });
        lines.into_iter().chain(sections).collect()
    }

    /// The questions of a section, then the review again.
    fn answers_of(&mut self, section: usize) -> Result<At, Problem> {
        if self.questions(section, false)? == Way::Leave {
            return Ok(self.leave());
        }
        self.keep();
        if section == 0 && self.look()? == Way::Leave {
            return Ok(self.leave());
        }
        Ok(At::Review)
    }

    /// How it fits, in a line or two, if the target was looked at.
    pub(super) fn tell_fit(&mut self) {
        if self.looked.is_some() {
            for line in fit::summary(&self.shared.fit()) {
                self.tell(&format!("fit: {}", one_line(&line)));
            }
        }
    }

    fn is_checked(&self) -> bool {
        self.checked.as_ref() == Some(self.shared.draft.revision())
    }

    /// Has the answers as they are now checked and planned.
    fn check(&mut self) -> Result<Checked, Problem> {
        if self.shared.draft.resolved().is_err() {
            self.wrong("first say what is missing or wrong");
            return Ok(Checked::No);
        }
        if self.is_checked() {
            return Ok(Checked::Yes);
        }
        // A login that asks the person asks now.
        match self.look()? {
            Way::Leave => return Ok(Checked::Leave),
            Way::Back => return Ok(Checked::No),
            Way::Next | Way::Review => {}
        }
        self.tell("checking against the target");
        let intent = self.shared.intent();
        let Some(News::Previewed(preview)) = self.grant(Wish::Preview(intent)) else { return Ok(Checked::No) };
        if preview.unasked {
            preview.problems.iter().for_each(|problem| self.tell(&message::error(problem)));
            self.tell("the target could not be asked: steps and files follow from the answers alone");
        }
        self.diffs = review::diffs(&preview);
        self.checked = Some(self.shared.draft.revision().clone());
        Ok(Checked::Yes)
    }

    /// To the installation, if nothing is missing, nothing stands in the way, and the person agrees.
    fn install(&mut self) -> Result<At, Problem> {
        let wrong = |section: &usize| matches!(self.shared.draft.standing(*section), SectionStanding::Attention(_));
        if let Some(section) = (0..SECTIONS.len()).find(wrong) {
            self.wrong("something is missing or wrong yet");
            return self.answers_of(section);
        }
        match self.check()? {
            Checked::Yes => {}
            Checked::No => return Ok(At::Review),
            Checked::Leave => return Ok(self.leave()),
        }
        let Some(preview) = self.shared.preview.clone() else { return Ok(At::Review) };
        if !preview.problems.is_empty() {
            return self.mend(&preview.problems);
        }
        self.tell(&format!("\n{}?", review::what(&preview, self.shared.verify)));
        for line in review::agreement(&preview, &self.diffs, self.shared.verify) {
            self.tell(&format!("  {line}"));
        }
        let lines = vec![
            Line::new(true, "install", "begin now"),
            Line::new(false, "back", "to the review; nothing is changed"),
        ];
        match self.pick(lines, None)? {
            Picked::One(true) => {
                self.keep();
                self.work(Wish::Deploy(self.shared.intent()))
            }
            Picked::One(false) | Picked::Back => Ok(At::Review),
            Picked::Leave => Ok(self.leave()),
        }
    }

    /// What stands in the way, and what can be done about it.
    fn mend(&mut self, problems: &[Problem]) -> Result<At, Problem> {
        problems.iter().for_each(|problem| self.tell(&message::error(problem)));
        let keys = self.answers(problems.iter().filter_map(|problem| problem.at.clone()));
        let change = |key| Line::change(key, Mend::Change, "the answer behind it");
        let mut lines: Vec<Line<Mend>> = keys.into_iter().map(change).collect();
        lines.push(Line::new(Mend::Again, "check again", "it was mended elsewhere"));
        lines.push(Line::new(Mend::Back, "back", "to the review"));
        match self.pick(lines, None)? {
            Picked::One(Mend::Change(key)) => self.change_answer(&key),
            Picked::One(Mend::Again) => {
                self.checked = None;
                self.install()
            }
            Picked::One(Mend::Back) | Picked::Back => Ok(At::Review),
            Picked::Leave => Ok(self.leave()),
        }
    }

    /// Saves the answers as a preset; what is there already is only written over if the person says so.
    fn save(&mut self) -> Result<Option<At>, Problem> {
        let name = loop {
            match self.asker.line("Name, or a file such as ./mine.yaml:", "")? {
                Reply::Text(text) if text.trim().is_empty() => return Ok(None),
                Reply::Text(text) => match preset_name::wrong(text.trim()) {
                    Some(wrong) => self.wrong(&one_line(&wrong)),
                    None => break text.trim().to_owned(),
                },
                Reply::Back => return Ok(None),
                Reply::Leave => return Ok(Some(self.leave())),
            }
        };
        let title = match self.asker.line("A few words about it:", "")? {
            Reply::Text(text) if text.trim().is_empty() => name.clone(),
            Reply::Text(text) => text.trim().to_owned(),
            Reply::Back => return Ok(None),
            Reply::Leave => return Ok(Some(self.leave())),
        };
        let layers = Box::new(self.shared.draft.layers().clone());
        let wish = |over| Wish::SavePreset { name: name.clone(), title: title.clone(), layers: layers.clone(), over };
        if let Some(News::PresetThere { .. }) = self.grant(wish(false)) {
            let lines = vec![Line::new(true, "write over it", ""), Line::new(false, "leave it as it is", "")];
            match self.pick(lines, None)? {
                Picked::One(true) => drop(self.grant(wish(true))),
                Picked::One(false) | Picked::Back => {}
                Picked::Leave => return Ok(Some(self.leave())),
            }
        }
        Ok(None)
    }
}
