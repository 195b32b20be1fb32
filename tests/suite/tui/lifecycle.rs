//! The program in a real terminal, without any cluster: how it begins, and that it gives the terminal back whatever ends it.
use std::{
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use hubwright::{
    front::{
        tui::{
            app::App,
            terminal::{Guard, mind_panics},
            theme::Theme,
        },
        wizard::{shared::Shared, wish::News},
    },
    problem::Problem,
};
use jiff::{Timestamp, tz::TimeZone};
use rustix::process::Signal;

use super::home::{Home, SCREEN, SIZE};
use crate::terminal::Terminal;

fn expect_clean(terminal: &Terminal) {
    assert_eq!(terminal.left_behind(), Vec::<&str>::new(), "left behind, with:\n{}", terminal.screen());
}

#[test]
fn the_first_screen_comes_though_no_cluster_answers_and_ctrl_c_leaves_it() {
    let home = Home::new();
    let mut terminal = home.open();
    assert!(terminal.look(vt100::Screen::alternate_screen) && terminal.look(vt100::Screen::bracketed_paste));
    assert!(terminal.left_behind().contains(&"no echo"), "the keys are the program's while it runs");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
    expect_clean(&terminal);
    assert!(!terminal.screen().contains(SCREEN), "nothing of it stays:\n{}", terminal.screen());
}

#[test]
fn the_keys_are_shown_and_closed_again() {
    let home = Home::new();
    let mut terminal = home.open();
    terminal.press("?");
    terminal.wait_for("What can be done here");
    terminal.press("Esc");
    terminal.wait_without("What can be done here");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
    expect_clean(&terminal);
}

#[test]
fn signals_end_it_with_their_code_and_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let home = Home::new();
        let terminal = home.open();
        terminal.signal(signal);
        assert_eq!(terminal.ended().exit_code(), 130, "{signal:?}");
        expect_clean(&terminal);
    }
}

/// A cluster that wants a login, by a program that asks for a password.
fn with_plugin(home: &Home) -> Terminal {
    let asks =
        "if [ -t 0 ]; then stty -echo; echo who are you >/dev/tty; exec sleep 1000; fi; echo log in first >&2; exit 1";
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
         clusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:1'}}}}]\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
         users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, \
         args: ['-c', '{asks}'], interactiveMode: IfAvailable}}}}}}]\n"
    );
    std::fs::write(home.path().join("kubeconfig"), kubeconfig).unwrap();
    let mut terminal = home.open();
    terminal.wait_for("context `c`");
    terminal.press("Home Enter");
    terminal.wait_for("let the login plugin ask you here");
    terminal.press("End Up Enter");
    terminal.wait_for("who are you");
    assert!(!terminal.look(vt100::Screen::alternate_screen), "the terminal is the plugin's");
    terminal
}

#[test]
fn who_ends_it_while_a_login_plugin_asks_gets_the_terminal_back() {
    let home = Home::new();
    let terminal = with_plugin(&home);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.ended().exit_code(), 130);
    expect_clean(&terminal);
}

/// Ctrl-C is for everybody in the foreground: the wizard went with the plugin, and a terminal without echo stayed.
#[test]
fn ctrl_c_in_a_login_plugin_comes_back_to_the_wizard() {
    let home = Home::new();
    let mut terminal = with_plugin(&home);
    terminal.press("^C");
    // kube runs a plugin once for a certificate, and once more for a token.
    terminal.wait_to_look("the plugin asks again", |screen| screen.contents().matches("who are you").count() == 2);
    terminal.press("^C");
    terminal.wait_for(SCREEN);
    terminal.wait_to_look("the screens again", vt100::Screen::alternate_screen);
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
    expect_clean(&terminal);
}

#[test]
fn who_leaves_the_questions_is_told_how_to_go_on() {
    let home = Home::new();
    let mut terminal = home.open();
    terminal.wait_for("context `dead`");
    terminal.press("Home Enter");
    terminal.wait_for("go on:");
    terminal.press("Home Right");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
    assert!(terminal.screen().contains("your answers are kept"), "{}", terminal.screen());
    let mut again = home.open();
    again.wait_for("Go on answering");
    again.press("^C");
    again.ended();
    assert!(!again.screen().contains("your answers are kept"), "nothing was answered: {}", again.screen());
}

/// A terminal that is gone is always readable: whoever goes on asking it for keys takes a whole core.
#[test]
fn it_ends_with_its_terminal() {
    let home = Home::new();
    home.open().hang_up();
}

/// What the program writes when it takes the terminal.
const TAKEN: &[u8] = b"\x1b[?1049h";

#[test]
fn ctrl_z_stops_it_and_fg_draws_it_anew() {
    let home = Home::new();
    let mut shell = home.command(&[]);
    let program = shell.get_program().to_owned();
    shell = replaced(&shell, "bash", &["--norc", "--noprofile", "-i"]);
    let mut terminal = Terminal::start(&shell, SIZE);
    terminal.type_text(&format!("PS1='sh''ell> '; clear; {}\n", program.display()));
    terminal.wait_for(SCREEN);
    terminal.press("^Z");
    terminal.wait_for("shell>");
    terminal.wait_for("Stopped");
    // bash reads keys one by one while it shows its prompt, so only what the program itself asks for is looked at.
    let left = terminal.left_behind();
    let screen = ["the alternate screen", "no cursor"];
    assert!(!screen.iter().any(|what| left.contains(what)), "{left:?}");
    terminal.type_text("fg; echo left=$?\n");
    // Once by itself, and once because it was continued: in between the keys are nobody's.
    terminal.wait_for_bytes(TAKEN, 3);
    terminal.wait_for(SCREEN);
    terminal.press("^C");
    terminal.wait_for("left=130");
    terminal.type_text("exit\n");
    terminal.ended();
    expect_clean(&terminal);
}

/// Another program with the same environment.
fn replaced(command: &Command, program: &str, words: &[&str]) -> Command {
    let mut other = Command::new(program);
    other.args(words);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
}

/// Somebody else stopped it (`kill -STOP`), and the shell wrote to its terminal in between.
#[test]
fn it_draws_itself_anew_when_it_is_continued() {
    let home = Home::new();
    let terminal = home.open();
    terminal.signal(Signal::STOP);
    terminal.signal(Signal::CONT);
    terminal.wait_for_bytes(TAKEN, 2);
    terminal.wait_for(SCREEN);
    terminal.signal(Signal::TERM);
    terminal.ended();
    expect_clean(&terminal);
}

#[test]
fn no_size_and_no_change_of_size_ends_it() {
    let home = Home::new();
    let mut terminal = home.open();
    for step in 0..60_u16 {
        terminal.resize((1 + step * 37 % 220, 1 + step * 23 % 70));
    }
    terminal.resize((40, 10));
    terminal.wait_for("wants 60x16");
    terminal.resize((1, 1));
    terminal.resize((500, 200));
    terminal.wait_for("help");
    terminal.resize((80, 24));
    terminal.wait_for("help");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
    expect_clean(&terminal);
}

/// crossterm 0.29 takes bold and reverse away where it takes colours away, and so the line that is selected.
#[test]
fn without_colours_there_are_none_and_what_is_selected_is_still_seen() {
    let home = Home::new();
    for (command, ascii) in [
        (home.command(&[]).env("NO_COLOR", "1"), false),
        (home.command(&["--theme", "mono", "--ascii"]).env("TERM", "xterm"), true),
        (home.command(&[]).env("NO_COLOR", "1").env("LANG", "C"), true),
    ] {
        let mut terminal = Terminal::start(command, SIZE);
        terminal.wait_for("help");
        let cells = terminal.look(|screen| {
            let cells = (0..SIZE.1).flat_map(|row| (0..SIZE.0).filter_map(move |column| screen.cell(row, column)));
            cells.cloned().collect::<Vec<vt100::Cell>>()
        });
        let coloured = |cell: &&vt100::Cell| [cell.fgcolor(), cell.bgcolor()] != [vt100::Color::Default; 2];
        assert_eq!(cells.iter().find(coloured), None);
        assert!(cells.iter().any(|cell| cell.bold() || cell.inverse()), "nothing stands out:\n{}", terminal.screen());
        assert!(!ascii || terminal.screen().is_ascii(), "{}", terminal.screen());
        terminal.press("^C");
        terminal.ended();
    }
}

#[test]
fn a_dumb_terminal_is_told_the_plain_way() {
    let home = Home::new();
    let terminal = Terminal::start(home.command(&[]).env("TERM", "dumb"), SIZE);
    assert_eq!(terminal.ended().exit_code(), 1);
    assert!(terminal.screen().contains("--plain"), "{}", terminal.screen());
    expect_clean(&terminal);
}

/// In a pipeline or a job it hung, because nobody can answer.
#[test]
fn without_a_terminal_everything_that_is_missing_is_named_at_once() {
    let home = Home::new();
    let output = home.command(&["setup", "github"]).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for key in ["login.client-id", "login.client-secret", "access.host"] {
        assert!(said.contains(&format!("--set {key}=")), "{key} is missing in:\n{said}");
    }
    assert!(output.stdout.is_empty() && !said.contains('\x1b'), "{said:?}");
}

/// A paste of several lines pressed the buttons that lay under it.
#[test]
fn a_paste_is_never_taken_for_keys() {
    let home = Home::new();
    let mut terminal = home.open();
    terminal.paste("q\r\n\x03?\r");
    terminal.wait_for("a paste goes into a field");
    terminal.press("^C");
    assert_eq!(terminal.ended().exit_code(), 130);
}

/// Started by the tests below, in a terminal.
const CHILD: &str = "TERMINAL_TEST_PANICS";

#[test]
#[ignore = "a program that panics, started by other tests"]
fn child_that_panics() {
    let Ok(whose) = std::env::var(CHILD) else { return };
    let (told, bugs) = mpsc::channel::<Problem>();
    let told = std::sync::Mutex::new(told);
    mind_panics(move |problem| told.lock().unwrap().send(problem).unwrap());
    let mut guard = Guard::take(false).unwrap();
    let mut app = App::new(Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC), Theme::COLOUR);
    guard.draw(|frame| app.draw(frame)).unwrap();
    assert_ne!(whose, "own", "a defect while drawing");
    let _ = thread::spawn(|| panic!("a defect \x1b[31melsewhere")).join();
    app.news(&News::Bug(Box::new(bugs.recv().unwrap())));
    guard.draw(|frame| app.draw(frame)).unwrap();
    while !matches!(crossterm::event::read(), Ok(crossterm::event::Event::Key(_))) {}
}

fn panicking(whose: &str) -> Terminal {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["tui::lifecycle::child_that_panics", "--exact", "--ignored", "--nocapture"]);
    command.env(CHILD, whose).env("RUST_BACKTRACE", "0");
    Terminal::start(&command, SIZE)
}

#[test]
fn a_panic_while_drawing_gives_the_terminal_back_and_says_where() {
    let terminal = panicking("own");
    assert_ne!(terminal.ended().exit_code(), 0);
    assert!(terminal.screen().contains("a defect while drawing"), "{}", terminal.screen());
    expect_clean(&terminal);
}

/// The screen was left while it was still drawn: it was written over the shell.
#[test]
fn a_panic_elsewhere_is_a_problem_on_the_screen_and_leaves_it_whole() {
    let mut terminal = panicking("other");
    terminal.wait_for("a defect elsewhere");
    assert!(terminal.look(vt100::Screen::alternate_screen));
    terminal.press("q");
    assert_eq!(terminal.ended().exit_code(), 0);
    expect_clean(&terminal);
}

/// The tests above would say nothing if what they look at were always well.
#[test]
fn a_terminal_that_is_left_in_disorder_is_seen() {
    let mut command = Command::new("sh");
    command.args(["-c", r"stty raw -echo; printf '\033[?1049h\033[?25l\033[?2004h'"]);
    let terminal = Terminal::start(&command, SIZE);
    terminal.ended();
    let expected = ["the alternate screen", "no cursor", "marked pastes", "no lines", "no echo", "no signals"];
    assert_eq!(terminal.left_behind(), expected);
}
