//! The end of the questions: what was answered, what is missing, how it fits, the command that says the same – and where to.
//! Must not install anything.
use super::{Ended, Reply, Wizard, question::answer};
use crate::{
    answers::{draft::SectionStanding, questions::SECTIONS, warn},
    front::message,
    health::text,
    plan::fit,
    problem::{Explain, Problem},
};

/// Where the review leads.
pub(super) enum Choice {
    /// To the questions of a section.
    Section(usize),
    /// To the section before the review.
    Back,
    /// To the end.
    End(Ended),
}

impl Wizard<'_> {
    pub(super) fn review(&mut self) -> Result<Choice, Problem> {
        self.tell_review();
        loop {
            let text = match self.asker.line("Number or word:", "")? {
                Reply::Text(text) => text.trim().to_lowercase(),
                Reply::Back => return Ok(Choice::Back),
                Reply::Leave => return Ok(Choice::End(self.leave())),
            };
            let choice = match text.as_str() {
                "install" | "i" => self.install(),
                "save" | "s" => self.save()?,
                "leave" | "l" => Some(Choice::End(self.leave())),
                "" | "?" => {
                    self.tell_review();
                    None
                }
                number => self.section_of(number),
            };
            if let Some(choice) = choice {
                return Ok(choice);
            }
        }
    }

    fn tell_review(&mut self) {
        self.tell("\nReview: what is not the default");
        for (title, fields) in self.draft.changes() {
            self.tell(&format!("  {title}"));
            for field in fields {
                self.tell(&format!("    {}", answer(&field)));
            }
        }
        for problem in self.draft.problems() {
            self.tell(&message::error(&problem.explain()));
        }
        if let Ok(spec) = self.draft.resolved() {
            let warnings = warn::warnings(spec);
            warnings.iter().for_each(|warning| self.tell(&message::warning(warning)));
        }
        self.tell_fit();
        self.tell(&format!("the same without questions:\n  {}", text::line(&self.draft.command())));
        self.tell_sections();
    }

    fn tell_sections(&mut self) {
        for (index, section) in SECTIONS.iter().enumerate() {
            let words = match self.draft.standing(index) {
                SectionStanding::NotRelevant => continue,
                SectionStanding::Done => "done".to_owned(),
                SectionStanding::Attention(1) => "1 answer is missing or wrong".to_owned(),
                SectionStanding::Attention(wrong) => format!("{wrong} answers are missing or wrong"),
            };
            self.tell(&format!("  {}) {}: {words}", index + 1, section.title));
        }
        self.tell("  install: begin\n  save: save the answers as a preset\n  leave: end here; the answers are kept");
    }

    /// How it fits, in a line or two, if the target was looked at.
    pub(super) fn tell_fit(&mut self) {
        if self.looked.is_some() {
            let fit = fit::of(&self.draft.sketched(), self.draft.facts());
            for line in fit::summary(&fit) {
                self.tell(&format!("fit: {}", text::line(&line)));
            }
        }
    }

    /// To the installation, or to the first section in which something is missing.
    fn install(&mut self) -> Option<Choice> {
        if self.draft.resolved().is_ok() {
            self.keep();
            let secrets = std::mem::take(&mut self.secrets);
            let layers = Box::new(self.draft.layers().clone());
            return Some(Choice::End(Ended::Install { layers, secrets }));
        }
        let wrong =
            (0..SECTIONS.len()).find(|section| matches!(self.draft.standing(*section), SectionStanding::Attention(_)));
        self.wrong("something is missing or wrong yet");
        wrong.map(Choice::Section)
    }

    fn section_of(&mut self, number: &str) -> Option<Choice> {
        let section = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let section = section.filter(|section| *section < SECTIONS.len() && self.is_asked(*section));
        if section.is_none() {
            self.wrong("type the number of a section, `install`, `save` or `leave`");
        }
        section.map(Choice::Section)
    }

    fn save(&mut self) -> Result<Option<Choice>, Problem> {
        let Reply::Text(name) = self.asker.line("Name, or a file such as ./mine.yaml:", "")? else { return Ok(None) };
        if name.trim().is_empty() {
            return Ok(None);
        }
        let Reply::Text(title) = self.asker.line("A few words about it:", "")? else { return Ok(None) };
        match self.host.save(name.trim(), title.trim(), self.draft.layers()) {
            Ok(path) => {
                self.tell(&format!("saved: {}", path.display()));
                Ok(Some(Choice::End(Ended::Saved(path))))
            }
            Err(problem) => {
                self.tell(&message::error(&problem));
                Ok(None)
            }
        }
    }
}
