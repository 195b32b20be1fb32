//! The keys of the deployment screen: one table for its panes, the page of a pod and the timeline. Must not know what they do.
use crossterm::event::KeyCode;

use crate::front::tui::keys::{self, Action, Binding, Key};

/// All of them, most useful first.
pub const KEYS: &[Binding] = &[
    Binding::new(&[Key::Code(KeyCode::Tab)], Action::Next, "panes", "to the next pane"),
    Binding::new(&[Key::Code(KeyCode::BackTab)], Action::Previous, "", "to the pane before"),
    Binding::new(&[Key::Code(KeyCode::Enter)], Action::Enter, "open", "open the step, pod, finding or line"),
    Binding::new(
        &[Key::Code(KeyCode::Esc), Key::Char('q')],
        Action::Back,
        "back",
        "close, or back to where you came from",
    ),
    Binding::new(&[Key::Char('e')], Action::Edit, "change", "change the answer behind it"),
    Binding::new(&[Key::Char('r')], Action::Retry, "again", "try again"),
    Binding::new(&[Key::Char('c')], Action::Copy, "copy", "copy the command that helps"),
    Binding::new(&[Key::Char('l')], Action::Logs, "logs", "show the log of the pod"),
    Binding::new(&[Key::Char('b')], Action::Before, "before", "the log of the run before the last restart"),
    Binding::new(&[Key::Char('s')], Action::Skip, "skip", "do not wait for this step any longer"),
    Binding::new(&[Key::Char('/')], Action::Filter, "filter", "show only lines that hold some letters"),
    Binding::new(&[Key::Char('p')], Action::Problems, "problems", "show only pods in trouble, or all again"),
    Binding::new(&[Key::Char('t')], Action::Timeline, "times", "steps on one time axis"),
    Binding::new(&[Key::Char('v')], Action::Verify, "verify", "to the verification"),
    Binding::new(&[Key::Char('d')], Action::Detail, "done", "what was made, and what to do next"),
    Binding::new(&[Key::Char('o')], Action::Report, "report", "save a report of what is wrong, and show it"),
    Binding::new(&[Key::Char('f')], Action::Follow, "follow", "follow the end of the log, or stop doing so"),
    Binding::new(&[Key::Char('w')], Action::Wrap, "wrap", "wrap long lines, or cut them"),
    Binding::new(&[Key::Char('S')], Action::Save, "save", "save the log in a file"),
    keys::UP,
    keys::DOWN,
    keys::PAGE_UP,
    keys::PAGE_DOWN,
    keys::FIRST,
    keys::LAST,
    Binding::new(&[Key::Code(KeyCode::Left)], Action::Left, "", "the finding, or the container, before"),
    Binding::new(&[Key::Code(KeyCode::Right)], Action::Right, "", "the next finding, or container"),
];
