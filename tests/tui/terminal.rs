//! A terminal with the program in it, as a person sits before it: keys go in, a screen comes out. Waits for what is on the
//! screen, never for time. Must not know what a test expects.
use std::{
    fs::OpenOptions,
    io::{Read, Write},
    num::NonZeroU16,
    os::unix::fs::OpenOptionsExt,
    process::Command,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::{
    fs::OFlags,
    process::{Pid, Signal, kill_process},
    termios::{LocalModes, tcgetattr},
};

/// After how long something did not happen. No measure of speed: machines that run tests are busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Marks of a synchronized update.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
/// The same at its end.
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// Keys by name, with what a terminal sends for them.
const KEYS: &[(&str, &str)] = &[
    ("Up", "\x1b[A"),
    ("Down", "\x1b[B"),
    ("Right", "\x1b[C"),
    ("Left", "\x1b[D"),
    ("Home", "\x1b[H"),
    ("End", "\x1b[F"),
    ("PgUp", "\x1b[5~"),
    ("PgDn", "\x1b[6~"),
    ("Del", "\x1b[3~"),
    ("Enter", "\r"),
    ("Esc", "\x1b"),
    ("Tab", "\t"),
    ("S-Tab", "\x1b[Z"),
    ("Space", " "),
    ("Bksp", "\x7f"),
];

/// A program in a terminal of its own.
pub struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    process: Pid,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

/// What the threads that read and wait tell.
struct Shared {
    now: Mutex<Now>,
    changed: Condvar,
}

struct Now {
    parser: vt100::Parser,
    /// Every byte of it.
    written: Vec<u8>,
    /// How the program ended.
    ended: Option<ExitStatus>,
    /// Nobody writes to the terminal any more.
    silent: bool,
    /// The terminal is being closed: nobody is to read from it any more.
    closing: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

impl Terminal {
    /// Starts a program in a terminal of so many columns and rows, that knows colours and UTF-8.
    pub fn start(command: &Command, (columns, rows): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("the system gives terminals");
        let child = pair.slave.spawn_command(builder(command)).expect("the program starts");
        let process = child.process_id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).expect("it has an id");
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        let now = Mutex::new(Now { parser, written: Vec::new(), ended: None, silent: false, closing: false });
        let shared = Arc::new(Shared { now, changed: Condvar::new() });
        let output = pair.master.try_clone_reader().expect("a terminal can be read");
        let reader = thread::spawn({
            let shared = Arc::clone(&shared);
            move || read(output, &shared)
        });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || wait(child, &shared)
        });
        let keys = pair.master.take_writer().expect("a terminal can be written to");
        Self { master: Some(pair.master), keys: Some(keys), process, shared, reader: Some(reader) }
    }

    /// Presses keys, by name and separated by blanks: `Down Enter`, `^C`, `q`. `Esc` is the last one, because what follows it at
    /// once is taken for a part of it.
    pub fn press(&mut self, keys: &str) {
        let mut words = keys.split(' ').peekable();
        while let Some(word) = words.next() {
            assert!(word != "Esc" || words.peek().is_none(), "wait for what Esc does before another key: {keys}");
            let bytes = bytes(word);
            self.send(&bytes);
        }
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    /// Pastes a text, as a terminal does that was asked to mark pastes.
    pub fn paste(&mut self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    fn send(&mut self, bytes: &[u8]) {
        let keys = self.keys.as_mut().expect("the terminal is open");
        // A program that has just ended reads no more; what the test waits for next says so.
        let _ = keys.write_all(bytes).and_then(|()| keys.flush());
    }

    /// Makes the window larger or smaller.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.shared.tell(|now| now.parser.screen_mut().set_size(cells(rows), cells(columns)));
        let master = self.master.as_ref().expect("the terminal is open");
        master.resize(size(columns, rows)).expect("a terminal can be resized");
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.process, signal).expect("the program is there");
    }

    /// The lines of the screen.
    pub fn screen(&self) -> String {
        text(&self.shared.lock().parser)
    }

    /// Something of the screen that is not its text.
    pub fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.shared.lock().parser.screen())
    }

    /// Everything that the program wrote, byte by byte.
    pub fn written(&self) -> Vec<u8> {
        self.shared.lock().written.clone()
    }

    /// Waits until a text is on the screen.
    pub fn wait_for(&self, wanted: &str) {
        self.wait_long_for(wanted, PATIENCE);
    }

    /// Waits for something that takes minutes.
    pub fn wait_long_for(&self, wanted: &str, limit: Duration) {
        self.wait_until(&format!("`{wanted}` on the screen"), limit, |now| text(&now.parser).contains(wanted));
    }

    /// Waits for one of several texts; which of them it is.
    pub fn wait_long_for_any<'t>(&self, wanted: &[&'t str], limit: Duration) -> &'t str {
        let there = |now: &Now| wanted.iter().copied().find(|wanted| text(&now.parser).contains(wanted));
        self.wait_until(&format!("one of {wanted:?} on the screen"), limit, |now| there(now).is_some());
        there(&self.shared.lock()).expect("it was there just now")
    }

    /// Waits until a text is on the screen no more.
    pub fn wait_without(&self, gone: &str) {
        self.wait_until(&format!("no `{gone}` on the screen"), PATIENCE, |now| !text(&now.parser).contains(gone));
    }

    /// Waits until the program wrote these bytes so many times.
    pub fn wait_for_bytes(&self, wanted: &[u8], times: usize) {
        let written = |now: &Now| now.written.windows(wanted.len()).filter(|bytes| *bytes == wanted).count();
        self.wait_until(&format!("{times} times {wanted:?}"), PATIENCE, |now| written(now) >= times);
    }

    /// Waits until the screen looks so.
    pub fn wait_to_look(&self, what: &str, so: impl Fn(&vt100::Screen) -> bool) {
        self.wait_until(what, PATIENCE, |now| so(now.parser.screen()));
    }

    /// Waits until the program ended and all that it wrote is on the screen.
    pub fn ended(&self) -> ExitStatus {
        self.wait_until("the program's end", PATIENCE, |now| now.ended.is_some() && now.silent);
        self.shared.lock().ended.clone().expect("it ended")
    }

    /// Whether the program still runs.
    pub fn runs(&self) -> bool {
        self.shared.lock().ended.is_none()
    }

    fn wait_until(&self, what: &str, limit: Duration, so: impl Fn(&Now) -> bool) {
        let began = Instant::now();
        let mut now = self.shared.lock();
        while !so(&now) {
            let left = limit.saturating_sub(began.elapsed());
            let over = now.ended.is_some() && now.silent;
            assert!(!left.is_zero() && !over, "{}", missed(what, limit, &now));
            now = self.shared.changed.wait_timeout(now, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Closes the window, as a dropped connection does. The program ends, or this fails.
    pub fn hang_up(mut self) {
        self.shared.lock().closing = true;
        // Whoever reads is woken by what the program draws because of its new size.
        self.resize((101, 31));
        let reader = self.reader.take().expect("it is read");
        let began = Instant::now();
        while !reader.is_finished() {
            assert!(began.elapsed() < PATIENCE, "the program draws nothing after a change of its size");
            thread::sleep(Duration::from_millis(10));
        }
        (self.keys, self.master) = (None, None);
        self.wait_until("the end of a program whose terminal is gone", PATIENCE, |now| now.ended.is_some());
    }

    /// Why the terminal is not as a shell wants to have it back; empty: it is.
    pub fn left_behind(&self) -> Vec<&'static str> {
        let modes = self.local_modes();
        let wrong = self.look(|screen| {
            [
                (screen.alternate_screen(), "the alternate screen"),
                (screen.hide_cursor(), "no cursor"),
                (screen.bracketed_paste(), "marked pastes"),
                (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "mouse reports"),
                (screen.application_cursor(), "other cursor keys"),
            ]
        });
        let raw = [
            (!modes.contains(LocalModes::ICANON), "no lines"),
            (!modes.contains(LocalModes::ECHO), "no echo"),
            (!modes.contains(LocalModes::ISIG), "no signals"),
        ];
        wrong.into_iter().chain(raw).filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect()
    }

    fn local_modes(&self) -> LocalModes {
        let name = self.master.as_ref().and_then(|master| master.tty_name()).expect("a terminal has a name");
        let flags = i32::try_from(OFlags::NOCTTY.bits()).expect("flags of open fit");
        let tty = OpenOptions::new().read(true).custom_flags(flags).open(name).expect("it can be looked at");
        tcgetattr(tty).expect("it is a terminal").local_modes
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.runs() {
            let _ = kill_process(self.process, Signal::KILL);
        }
    }
}

fn read(mut output: Box<dyn Read + Send>, shared: &Shared) {
    let mut bytes = [0; 16_384];
    let mut unseen = Vec::new();
    while let Ok(count @ 1..) = output.read(&mut bytes) {
        unseen.extend_from_slice(&bytes[..count]);
        let seen: Vec<u8> = unseen.drain(..whole(&unseen)).collect();
        let mut closing = false;
        shared.tell(|now| {
            now.parser.process(&seen);
            now.written.extend_from_slice(&bytes[..count]);
            closing = now.closing;
        });
        if closing {
            return;
        }
    }
    shared.tell(|now| {
        now.parser.process(&unseen);
        now.silent = true;
    });
}

/// How many bytes a terminal shows: a frame whose end was not written yet is not seen in part, else a test would find the
/// title of one frame above the lines of the frame before.
fn whole(bytes: &[u8]) -> usize {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    match last(FRAME_BEGINS) {
        Some(begun) if last(FRAME_ENDS).is_none_or(|ended| ended < begun) => begun,
        _ => (1..FRAME_BEGINS.len())
            .rev()
            .find(|length| bytes.ends_with(&FRAME_BEGINS[..*length]))
            .map_or(bytes.len(), |length| bytes.len() - length),
    }
}

fn wait(mut child: Box<dyn Child + Send + Sync>, shared: &Shared) {
    let status = child.wait().expect("it can be waited for");
    shared.tell(|now| now.ended = Some(status));
}

fn builder(command: &Command) -> CommandBuilder {
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    ["NO_COLOR", "TMUX", "LC_ALL", "LC_CTYPE"].into_iter().for_each(|name| builder.env_remove(name));
    builder.env("TERM", "xterm-256color");
    builder.env("LANG", "C.UTF-8");
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => builder.env(name, value),
            None => builder.env_remove(name),
        }
    }
    builder.cwd(command.get_current_dir().map_or_else(std::env::temp_dir, Into::into));
    builder
}

fn bytes(key: &str) -> Vec<u8> {
    if let Some((_, bytes)) = KEYS.iter().find(|(name, _)| *name == key) {
        return bytes.as_bytes().to_vec();
    }
    if let Some([letter @ b'A'..=b'Z']) = key.strip_prefix('^').map(str::as_bytes) {
        return vec![letter & 0x1f];
    }
    assert_eq!(key.chars().count(), 1, "no key is called {key}");
    key.as_bytes().to_vec()
}

fn missed(what: &str, limit: Duration, now: &Now) -> String {
    let end = now.ended.as_ref().map_or_else(String::new, |status| format!(", and the program ended: {status}"));
    format!("not within {limit:?}: {what}{end}. The screen:\n{}", text(&now.parser))
}

fn text(parser: &vt100::Parser) -> String {
    let screen = parser.screen();
    let (_, columns) = screen.size();
    let lines: Vec<String> = screen.rows(0, columns.get()).map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

const fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// A terminal can say that it has no columns; what follows its output cannot.
fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}
