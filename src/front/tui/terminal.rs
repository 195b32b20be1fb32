//! The terminal while the screens have it: raw mode, alternate screen, bracketed paste; given back on every way out, once.
//! Must not know what is drawn.
//!
//! ratatui's own `init` would give the terminal back when *any* thread panics, and go on drawing over the shell; here only the
//! thread that draws does so, and a panic elsewhere becomes a [`Problem`] on the screen.
use std::{
    io::{self, Stdout, Write},
    panic::{self, PanicHookInfo},
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, ThreadId},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use crossterm::{
    cursor,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste},
    execute, queue,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{
    Frame, Terminal,
    backend::CrosstermBackend,
    layout::{Position, Rect},
};
use rustix::{
    process::{Signal, kill_current_process_group},
    termios::{OptionalActions, Termios, tcgetattr, tcsetattr},
};

use crate::{
    health::text,
    problem::{DEFECT, Problem},
};

/// Whether the screens have the terminal now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Most text that OSC 52 is trusted with, in bytes: terminals drop longer ones silently.
const LONGEST_COPY: usize = 74_000;

/// Asks for presses and the wheel. crossterm's own would ask for every movement, too.
const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";

/// The terminal, until it is dropped.
pub struct Guard {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    /// How it was before.
    before: Option<Termios>,
    /// Whether presses and the wheel of the mouse are wanted.
    mouse: bool,
}

impl Guard {
    /// Takes the terminal, with the `mouse` or without.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let before = tcgetattr(io::stdin()).ok();
        enter(mouse)?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout())).inspect_err(|_| leave())?;
        Ok(Self { terminal, before, mouse })
    }

    /// Draws one frame, shown at once where the terminal can do that.
    pub fn draw(&mut self, picture: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        queue!(io::stdout(), BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(picture).map(|_| ());
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        drawn
    }

    /// Draws everything anew with the next frame. Not by `Terminal::clear`: it asks the terminal where the cursor is, and whoever
    /// reads the keys would get the answer.
    pub fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// Lends the terminal to something else, such as a credential plugin that asks the person, until [`Guard::retake`].
    pub fn lend(&self) {
        leave();
    }

    /// What the terminal was lent to is gone, and may have ended in the middle of a question for a password.
    pub fn settle(&self) {
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }

    /// Stops the program as Ctrl-Z does; returns when it goes on.
    pub fn suspend(&mut self) -> io::Result<()> {
        leave();
        // The shell stops and continues the whole job.
        kill_current_process_group(Signal::TSTP)?;
        self.retake()
    }

    /// Takes the terminal again, which may have been used in between.
    pub fn retake(&mut self) -> io::Result<()> {
        leave();
        enter(self.mouse)?;
        self.forget()
    }

    /// Puts a text into the terminal's clipboard (OSC 52), through tmux if `tmux`, unless it is too long for that. Terminals that take
    /// no copies ignore it.
    pub fn copy(&mut self, text: &str, tmux: bool) -> io::Result<()> {
        if !can_copy(text) {
            return Ok(());
        }
        let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        let mut out = io::stdout();
        if tmux {
            write!(out, "\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))?;
        }
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Whether a text is short enough for a terminal's clipboard.
pub const fn can_copy(text: &str) -> bool {
    text.len() <= LONGEST_COPY
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    prepare(mouse).inspect_err(|_| leave())
}

fn prepare(mouse: bool) -> io::Result<()> {
    let mut out = io::stdout();
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    out.write_all(if mouse { MOUSE } else { &[] })?;
    out.flush()
}

/// Gives the terminal back, if it is taken. What a terminal that is gone says to that does not matter.
fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

/// Makes panics know whose terminal it is: one of the calling thread gives it back and is told as usual; one elsewhere is
/// handed to `told`.
pub fn mind_panics(told: impl Fn(Problem) + Send + Sync + 'static) {
    let usual = panic::take_hook();
    let drawing = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        if TAKEN.load(Ordering::SeqCst) && elsewhere(drawing) {
            return told(defect(info));
        }
        leave();
        usual(info);
    }));
}

fn elsewhere(drawing: ThreadId) -> bool {
    thread::current().id() != drawing
}

fn defect(info: &PanicHookInfo<'_>) -> Problem {
    let payload = info.payload();
    let words = payload.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
    Problem::new(DEFECT, "a part of hubwright failed: this is a defect of hubwright")
        .detail(text::clean(&format!("{words}{place}")))
        .hint("what is installed stays as it is; `hubwright resume` goes on with an interrupted installation")
}
