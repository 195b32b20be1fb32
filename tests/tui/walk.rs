//! A person's way through the wizard: lines are chosen, questions answered, things installed and watched, all by keys and by what
//! is read on the screen. Must not know what a test expects of it.
use std::{process::Command, time::Duration};

use crate::terminal::Terminal;

/// Columns and rows: what most people have on a screen of their own.
pub const SIZE: (u16, u16) = (120, 40);
/// How long packages, images and programs may take: no less than the steps of a plan may.
pub const LONG: Duration = Duration::from_secs(1800);
/// Points at what is selected.
const CURSOR: char = '▸';

/// The wizard, and somebody before it.
pub struct Walk {
    /// The terminal it is in.
    pub terminal: Terminal,
}

impl Walk {
    /// Starts it.
    pub fn begin(command: &Command) -> Self {
        Self { terminal: Terminal::start(command, SIZE) }
    }

    /// Goes down to a line of a list, and opens it.
    pub fn choose(&mut self, line: &str) {
        self.terminal.wait_for(line);
        // Lines stand in another order until it was read.
        self.terminal.wait_without("looking for a kubeconfig");
        self.terminal.press("Home");
        self.go_to(line);
        self.terminal.press("Enter");
    }

    /// Moves the cursor down to a line.
    pub fn go_to(&mut self, line: &str) {
        for _ in 0..60 {
            let before = self.selected();
            if before.contains(line) {
                return;
            }
            self.terminal.press("Down");
            let other = |screen: &vt100::Screen| without_numbers(&pointed(screen)) != without_numbers(&before);
            self.terminal.wait_to_look("another line under the cursor", other);
        }
        panic!("no line says `{line}`:\n{}", self.terminal.screen());
    }

    /// The line under the cursor.
    pub fn selected(&self) -> String {
        self.terminal.look(pointed)
    }

    /// Finds a question by its key, and types an answer in the place of the one that is there.
    pub fn answer(&mut self, question: &str, text: &str) {
        self.find(question);
        self.type_over(text);
    }

    /// Types an answer in the place of the one under the cursor, and waits until it is kept.
    pub fn type_over(&mut self, text: &str) {
        self.terminal.press("Enter");
        self.terminal.wait_for("Enter keep");
        self.terminal.press("^U");
        self.terminal.type_text(text);
        self.terminal.press("Enter");
        self.terminal.wait_without("Enter keep");
    }

    /// Finds a question by its key, and chooses from the list that opens.
    pub fn pick(&mut self, question: &str, choice: &str) {
        self.find(question);
        // Nothing on the screen says that a key without effect was taken: the help after it does.
        self.terminal.press("Enter Home ?");
        self.terminal.wait_for("What can be done here");
        self.terminal.press("Esc");
        self.terminal.wait_without("What can be done here");
        self.go_to(choice);
        self.terminal.press("Enter");
    }

    /// Goes to a question by its key, and waits until the cursor is there: keys pressed before may still be on their way.
    pub fn find(&mut self, question: &str) {
        let key = format!("({question})");
        self.terminal.press("^F");
        self.terminal.type_text(&key);
        self.terminal.wait_for(&key);
        self.terminal.press("Enter");
        self.terminal.wait_without(&key);
    }

    /// Goes through all sections by Tab, from the one that it stands in.
    pub fn pass(&mut self, sections: &[&str]) {
        for section in sections {
            self.terminal.press("Tab");
            self.terminal.wait_for(&format!("{CURSOR} {section}"));
        }
    }

    /// To the review, until the target was asked.
    pub fn review(&mut self) {
        self.terminal.press("^R");
        self.terminal.wait_long_for("nothing stands in the way", LONG);
    }

    /// Stops what runs, and says yes.
    pub fn stop(&mut self) {
        self.terminal.press("^C");
        self.terminal.wait_for("goes on where it stopped");
        self.terminal.press("y");
    }

    /// Begins the installation, and says yes.
    pub fn install(&mut self) {
        self.terminal.press("^G");
        self.terminal.wait_for("Afterwards it is verified");
        self.terminal.press("y");
    }

    /// Looks on until all is proven; without a key the last screen comes by itself.
    pub fn watch_to_the_end(&mut self) {
        self.terminal.wait_long_for("is there and verified", LONG);
    }

    /// Leaves, and expects this exit code and a terminal as it was.
    pub fn leave(mut self, keys: &str, code: u32) {
        self.terminal.press(keys);
        self.ended(code);
    }

    /// Expects that it ended with this exit code, and left the terminal as it was.
    pub fn ended(self, code: u32) {
        assert_eq!(self.terminal.ended().exit_code(), code, "{}", self.terminal.screen());
        assert_eq!(self.terminal.left_behind(), Vec::<&str>::new());
    }
}

/// A line as it stays while time goes by.
fn without_numbers(line: &str) -> String {
    line.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

/// The line with the cursor; of several panes the right one, which has the keys. A heading has a rule before its mark.
fn pointed(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    let rows = screen.rows(0, columns.get()).filter_map(|row| Some((row.rfind(CURSOR)?, row)));
    let rows = rows.filter(|(column, row)| !row[..*column].ends_with('─'));
    rows.max_by_key(|(column, _)| *column).map(|(_, row)| row).unwrap_or_default()
}
