//! A person's talk with the plain wizard: what is asked is read, and answered in a line. Must not know what a test expects of it.
use std::process::Command;

use crate::terminal::Terminal;

/// High enough that what was told a moment ago is still to be seen.
const SIZE: (u16, u16) = (120, 600);
/// What a list asks.
pub const LIST: &str = "Number or word";
/// What a question with a few answers asks.
pub const CHOICE: &str = "Number or name:";

/// A person before it, who reads what is asked and answers.
pub struct Talk {
    /// The terminal it is in.
    pub terminal: Terminal,
    /// Questions that were answered; `None` where the terminal knows no keys, so that whole lines may wait to be read.
    answered: Option<usize>,
}

impl Talk {
    /// Starts it.
    pub fn begin(command: &Command) -> Self {
        Self { terminal: Terminal::start(command, SIZE), answered: Some(0) }
    }

    /// Starts it on a terminal that knows no keys.
    pub fn begin_without_keys(command: &mut Command) -> Self {
        Self { terminal: Terminal::start(command.env("TERM", "dumb"), SIZE), answered: None }
    }

    /// Waits until something is asked, and answers.
    pub fn say(&mut self, question: &str, reply: &str) {
        self.wait_for_question(question);
        self.terminal.type_text(reply);
        self.press("Enter");
    }

    /// Answers with a key.
    pub fn press(&mut self, key: &str) {
        self.terminal.press(key);
        self.answered = self.answered.map(|answered| answered + 1);
    }

    /// Waits until something is asked.
    pub fn wait_for_question(&self, question: &str) {
        let Some(answered) = self.answered else { return self.terminal.wait_for(question) };
        self.terminal.wait_to_look(&format!("`{question}` asked"), |screen| {
            let (_, columns) = screen.size();
            let asked: Vec<String> = screen.rows(0, columns.get()).filter(|row| row.starts_with("? ")).collect();
            asked.len() == answered + 1 && asked.iter().last().is_some_and(|last| last.contains(question))
        });
    }

    /// It ended, and left the terminal as it was.
    pub fn ended(&self, code: u32) {
        assert_eq!(self.terminal.ended().exit_code(), code, "{}", self.terminal.screen());
        assert_eq!(self.terminal.left_behind(), Vec::<&str>::new());
    }
}
