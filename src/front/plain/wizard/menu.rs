//! A list of numbered choices. Whoever is asked may say a number, a word, or the beginning of one alone.
//! Must not know what is chosen.
use super::{HELP, Reply, Wizard};
use crate::{health::text, problem::Problem};

/// How many choices are listed unless more are asked for.
const LISTED: usize = 40;

/// A line of a list.
pub(super) struct Line<T> {
    /// What it chooses; `None`: it heads those below it, or says more about the one above.
    does: Option<T>,
    name: String,
    words: String,
}

impl<T> Line<T> {
    /// Something that can be chosen: its name, and what is known of it.
    pub(super) fn new(does: T, name: &str, words: &str) -> Self {
        Self { does: Some(does), name: text::line(name), words: one_line(words) }
    }

    /// To the answer behind something.
    pub(super) fn change(key: String, does: impl FnOnce(String) -> T, words: &str) -> Self {
        let name = format!("change {key}");
        Self::new(does(key), &name, words)
    }

    /// As it is listed, behind its number.
    fn listed(&self) -> String {
        if self.words.is_empty() { self.name.clone() } else { format!("{}: {}", self.name, self.words) }
    }

    /// What is only to be read.
    pub(super) fn text(words: &str) -> Self {
        Self { does: None, name: String::new(), words: one_line(words) }
    }
}

/// What a person made of a list.
pub(super) enum Picked<T> {
    /// Chose one.
    One(T),
    /// Esc.
    Back,
    /// Ctrl-C.
    Leave,
}

impl Wizard<'_> {
    /// Lists choices, and asks until one is taken. `usual`: the one that Enter takes, counted from 0.
    pub(super) fn pick<T>(&mut self, lines: Vec<Line<T>>, usual: Option<usize>) -> Result<Picked<T>, Problem> {
        self.tell_lines(&lines, "");
        self.picked(lines, usual)
    }

    /// The same for a long list, which is told the first time only: told once more, it would bury what was asked for.
    pub(super) fn pick_on<T>(&mut self, lines: Vec<Line<T>>, told: &mut bool) -> Result<Picked<T>, Problem> {
        if std::mem::replace(told, true) {
            self.tell("Enter lists again what can be done.");
        } else {
            self.tell_lines(&lines, "");
        }
        self.picked(lines, None)
    }

    fn picked<T>(&mut self, lines: Vec<Line<T>>, usual: Option<usize>) -> Result<Picked<T>, Problem> {
        let question = usual
            .map_or_else(|| "Number or word:".to_owned(), |usual| format!("Number or word (Enter: {}):", usual + 1));
        let names: Vec<[String; 2]> = choices(&lines).map(|line| [line.name.clone(), String::new()]).collect();
        loop {
            let text = match self.asker.line(&question, "")? {
                Reply::Text(text) => text,
                Reply::Back => return Ok(Picked::Back),
                Reply::Leave => return Ok(Picked::Leave),
            };
            let at = match text.trim() {
                "" if usual.is_none() => {
                    self.tell_lines(&lines, "");
                    continue;
                }
                help if help.starts_with('?') => {
                    let letters = help.trim_start_matches('?').trim();
                    if letters.is_empty() {
                        self.tell(HELP);
                    }
                    self.tell_lines(&lines, letters);
                    continue;
                }
                "" => usual,
                reply => meant(&names, reply),
            };
            if let Some(at) = at {
                let chosen = lines.into_iter().filter_map(|line| line.does).nth(at);
                return Ok(chosen.map_or(Picked::Back, Picked::One));
            }
            self.wrong(&format!("type a number from 1 to {}, or one of the words", names.len()));
        }
    }

    /// Lists what can be chosen and holds some letters; of much only the first, and the last, which leads back.
    fn tell_lines<T>(&mut self, lines: &[Line<T>], letters: &str) {
        let (all, letters) = (choices(lines).count(), letters.to_lowercase());
        let (mut number, mut told, mut more) = (0, 0, 0);
        for line in lines {
            if line.does.is_none() {
                if letters.is_empty() && told < LISTED {
                    self.tell(&line.words);
                }
                continue;
            }
            number += 1;
            let text = line.listed();
            if !text.to_lowercase().contains(&letters) {
                continue;
            }
            if told < LISTED || number == all {
                told += 1;
                self.tell(&format!("  {number}) {text}"));
            } else {
                more += 1;
            }
        }
        self.tell_more(more);
    }

    /// That there is more than was listed.
    pub(super) fn tell_more(&mut self, more: usize) {
        if more > 0 {
            self.tell(&format!("  and {more} more: `? letters` lists those that hold the letters"));
        }
    }

    /// Tells many lines, some at a time: Enter goes on.
    pub(super) fn tell_pages(&mut self, lines: &[String]) -> Result<(), Problem> {
        /// Lines that are told without being asked for.
        const PAGE: usize = 40;
        for (number, page) in lines.chunks(PAGE).enumerate() {
            if number > 0 {
                let left = lines.len().saturating_sub(number * PAGE);
                let question = format!("{left} lines more. Enter: go on; Esc: enough:");
                if !matches!(self.asker.line(&question, "")?, Reply::Text(text) if text.trim().is_empty()) {
                    return Ok(());
                }
            }
            page.iter().for_each(|line| self.tell(&one_line(line)));
        }
        Ok(())
    }
}

fn choices<T>(lines: &[Line<T>]) -> impl Iterator<Item = &Line<T>> {
    lines.iter().filter(|line| line.does.is_some())
}

/// A text in one line, without what a terminal would obey.
pub(super) fn one_line(words: &str) -> String {
    text::visible(words).replace('\n', " ")
}

/// Which of several a person means: by its number, by one of its names, or by the beginning of one alone.
pub(super) fn meant(names: &[[String; 2]], reply: &str) -> Option<usize> {
    let reply = reply.to_lowercase();
    let is = |name: &String| !name.is_empty() && name.to_lowercase() == reply;
    let begins = |name: &String| name.to_lowercase().starts_with(&reply);
    let by_number = reply.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < names.len());
    let by_beginning = || {
        let mut found = (0..names.len()).filter(|at| names.get(*at).is_some_and(|names| names.iter().any(begins)));
        found.next().filter(|_| found.next().is_none())
    };
    by_number.or_else(|| names.iter().position(|names| names.iter().any(is))).or_else(by_beginning)
}
