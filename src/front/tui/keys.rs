//! The keys: one table for dispatch, footer and help overlay. A screen declares its own table of [`Binding`]s; what works
//! everywhere is declared here. Must not know what an action does.
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key means. What it does is the screen's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// To the left; the choice before.
    Left,
    /// To the right; the choice after.
    Right,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first line.
    First,
    /// To the last line.
    Last,
    /// Edit, open, press, agree.
    Enter,
    /// Turn on or off.
    Toggle,
    /// Leave the program.
    Leave,
    /// Back, close, leave a field as it was.
    Back,
    /// To the next section or pane.
    Next,
    /// To the section or pane before.
    Previous,
    /// A new row.
    Add,
    /// A copy: of a row, or into the clipboard.
    Copy,
    /// Take away.
    Delete,
    /// Row upwards.
    MoveUp,
    /// Row downwards.
    MoveDown,
    /// Forget what was typed, so that the default counts.
    Unsay,
    /// Take the last change back.
    Undo,
    /// Show only what holds some letters.
    Filter,
    /// To the picture of fit.
    Fit,
    /// To the review.
    Review,
    /// Save.
    Save,
    /// Look at the target anew.
    Look,
    /// Change the answer behind what is selected.
    Edit,
    /// Do what a hint proposes.
    Fix,
    /// Begin the installation.
    Start,
    /// Again, what is selected.
    Retry,
    /// Again, all.
    RetryAll,
    /// Do not wait for this any longer.
    Skip,
    /// Show logs.
    Logs,
    /// Logs of the run before.
    Before,
    /// Follow the end of a log.
    Follow,
    /// Wrap long lines.
    Wrap,
    /// Show only what is in trouble.
    Problems,
    /// Steps on a time axis.
    Timeline,
    /// Evidence of a rung, detail of a thing.
    Detail,
    /// Verify.
    Verify,
    /// The report of a problem.
    Report,
    /// Keys of this screen.
    Help,
    /// Draw anew.
    Redraw,
    /// Stop as Ctrl-Z does.
    Suspend,
    /// Stop what runs, or leave.
    Quit,
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter or sign.
    Char(char),
    /// With Ctrl.
    Ctrl(char),
    /// Any other.
    Code(KeyCode),
    /// Any other, with Shift. Such a binding stands before that of the key alone.
    Shift(KeyCode),
}

/// One line of a key table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys; the first is shown in the footer.
    pub keys: &'static [Key],
    /// What they mean.
    pub does: Action,
    /// A word for the footer; empty: in the help overlay only.
    pub word: &'static str,
    /// A sentence for the help overlay.
    pub help: &'static str,
}

impl Binding {
    /// A line of a table.
    pub const fn new(keys: &'static [Key], does: Action, word: &'static str, help: &'static str) -> Self {
        Self { keys, does, word, help }
    }

    /// The same where letters are text: without those keys, which stand last. `None`: there are no others.
    #[must_use]
    pub fn without_letters(self) -> Option<Self> {
        let others = self.keys.iter().take_while(|key| !matches!(key, Key::Char(_))).count();
        let keys = self.keys.get(..others).filter(|keys| !keys.is_empty())?;
        Some(Self { keys, ..self })
    }

    /// The same with another word in the footer.
    #[must_use]
    pub const fn named(self, word: &'static str) -> Self {
        Self { word, ..self }
    }
}

/// One line up.
pub const UP: Binding = Binding::new(&[Key::Code(KeyCode::Up), Key::Char('k')], Action::Up, "", "one line up");
/// One line down.
pub const DOWN: Binding = Binding::new(&[Key::Code(KeyCode::Down), Key::Char('j')], Action::Down, "", "one line down");
/// One page up.
pub const PAGE_UP: Binding = Binding::new(&[Key::Code(KeyCode::PageUp)], Action::PageUp, "", "one page up");
/// One page down.
pub const PAGE_DOWN: Binding = Binding::new(&[Key::Code(KeyCode::PageDown)], Action::PageDown, "", "one page down");
/// One page down where the space bar does nothing else.
pub const SPACE_DOWN: Binding =
    Binding::new(&[Key::Code(KeyCode::PageDown), Key::Char(' ')], Action::PageDown, "", "one page down");
/// To the first line.
pub const FIRST: Binding =
    Binding::new(&[Key::Code(KeyCode::Home), Key::Char('g')], Action::First, "", "to the first line");
/// To the last line.
pub const LAST: Binding =
    Binding::new(&[Key::Code(KeyCode::End), Key::Char('G')], Action::Last, "", "to the last line");

/// What works on every screen.
pub const EVERYWHERE: &[Binding] = &[
    Binding::new(
        &[Key::Char('?'), Key::Code(KeyCode::F(1)), Key::Char(' ')],
        Action::Help,
        "help",
        "all that can be done here",
    ),
    Binding::new(&[Key::Ctrl('c')], Action::Quit, "end", "leave; what was answered is kept"),
    Binding::new(&[Key::Ctrl('l')], Action::Redraw, "", "draw the screen anew"),
    Binding::new(&[Key::Ctrl('z')], Action::Suspend, "", "back to the shell; `fg` comes back"),
];

/// What works while a field takes letters; all others go into the field.
pub const TYPING: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Enter)], Action::Enter, "keep", "keep what was typed"),
    Binding::new(&[Key::Code(KeyCode::Esc)], Action::Back, "leave", "leave the field as it was"),
    Binding::new(&[Key::Code(KeyCode::Up)], Action::Up, "", "the offer before"),
    Binding::new(&[Key::Code(KeyCode::Down)], Action::Down, "", "the next offer"),
    Binding::new(&[Key::Code(KeyCode::Tab)], Action::Next, "", "keep it and go on"),
    Binding::new(&[Key::Code(KeyCode::BackTab)], Action::Previous, "", "keep it and go back"),
    Binding::new(&[Key::Ctrl('c')], Action::Quit, "end", "leave; what was answered is kept"),
    Binding::new(&[Key::Ctrl('z')], Action::Suspend, "", "back to the shell; `fg` comes back"),
];

impl Key {
    /// Whether a key press is this key.
    pub fn is(self, event: &KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match (self, event.code) {
            (Self::Char(wanted), KeyCode::Char(typed)) => wanted == typed && !ctrl && !alt,
            (Self::Ctrl(wanted), KeyCode::Char(typed)) => wanted == typed.to_ascii_lowercase() && ctrl,
            (Self::Code(wanted), typed) => wanted == typed && !ctrl,
            (Self::Shift(wanted), typed) => wanted == typed && event.modifiers.contains(KeyModifiers::SHIFT),
            _ => false,
        }
    }

    /// The press of it.
    pub fn press(self) -> KeyEvent {
        match self {
            Self::Char(letter) => KeyCode::Char(letter).into(),
            Self::Ctrl(letter) => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL),
            Self::Code(code) => code.into(),
            Self::Shift(code) => KeyEvent::new(code, KeyModifiers::SHIFT),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Char(' ') => "Space",
            Self::Char(letter) => return write!(f, "{letter}"),
            Self::Ctrl(letter) => return write!(f, "^{}", letter.to_ascii_uppercase()),
            Self::Code(KeyCode::F(number)) => return write!(f, "F{number}"),
            Self::Code(code) => code_name(*code),
            Self::Shift(code) => return write!(f, "S-{}", code_name(*code)),
        };
        f.write_str(name)
    }
}

const fn code_name(code: KeyCode) -> &'static str {
    match code {
        KeyCode::Up => "Up",
        KeyCode::Down => "Down",
        KeyCode::Left => "Left",
        KeyCode::Right => "Right",
        KeyCode::PageUp => "PgUp",
        KeyCode::PageDown => "PgDn",
        KeyCode::Home => "Home",
        KeyCode::End => "End",
        KeyCode::Enter => "Enter",
        KeyCode::Esc => "Esc",
        KeyCode::Tab => "Tab",
        KeyCode::BackTab => "S-Tab",
        KeyCode::Backspace => "Bksp",
        KeyCode::Delete => "Del",
        _ => "?",
    }
}

/// The action of a key press in some tables, the first that knows it.
pub fn action<'t>(event: &KeyEvent, mut tables: impl Iterator<Item = &'t Binding>) -> Option<Action> {
    tables.find(|binding| binding.keys.iter().any(|key| key.is(event))).map(|binding| binding.does)
}
