//! Last words that real programs said when they were started wrongly: `recorded/NAME`, their last lines. Ray 2.60, JupyterHub
//! 5.5, configurable-http-proxy, dask-gateway-server 2026.3, Python 3.11 and Node.js 20. Only folders were renamed.
use super::*;

fn pointer(name: &str, file: Option<&str>) -> LogPointer {
    LogPointer {
        namespace: "lab".to_owned(),
        pod: name.to_owned(),
        container: name.to_owned(),
        previous: true,
        file: file.map(str::to_owned),
    }
}

/// What words make of a process of this machine that ends.
fn here(name: &str, words: &str) -> Finding {
    let lines: Vec<String> = words.lines().map(str::to_owned).collect();
    let ends = Finding::new("process-ends", format!("process {name}"), "it ends")
        .command(format!("hubwright logs {name} -n lab"), "read its last words in full")
        .command(format!("less /home/ada/lab/log/{name}.log"), "or look into its whole log");
    with_last_words(ends.log(pointer(name, Some(&format!("/home/ada/lab/log/{name}.log")))), &lines)
}

macro_rules! recorded {
    ($($file:literal),+ $(,)?) => { &[$(($file, include_str!(concat!("recorded/", $file)))),+] };
}

const RECORDED: &[(&str, &str)] = recorded![
    "proxy.port",
    "proxy.module",
    "proxy.full",
    "proxy.denied",
    "hub.port",
    "hub.value",
    "hub.class",
    "hub.schema",
    "hub.locked",
    "hub.junk",
    "hub.cookie",
    "ray.port",
    "ray.socket",
    "ray.memory",
    "ray.store",
    "ray.slow",
    "ray.python",
    "gateway.port",
    "gateway.proxy",
    "gateway.value",
    "python.port",
    "python.module",
    "python.full",
    "python.denied",
];

fn words(of: &str) -> &'static str {
    RECORDED.iter().find(|(file, _)| *file == of).map(|(_, words)| *words).unwrap()
}

#[test]
fn what_real_programs_say_last_is_named() {
    let codes = [
        ("proxy.port", "port-taken"),
        ("hub.port", "port-taken"),
        ("ray.port", "port-taken"),
        ("gateway.port", "port-taken"),
        ("gateway.proxy", "port-taken"),
        ("python.port", "port-taken"),
        ("proxy.module", "package-gone"),
        ("python.module", "package-gone"),
        ("proxy.full", "disk-full"),
        ("python.full", "disk-full"),
        ("proxy.denied", "file-denied"),
        ("python.denied", "file-denied"),
        ("hub.value", "bad-config"),
        ("hub.class", "bad-config"),
        ("gateway.value", "bad-config"),
        ("hub.schema", "database-version"),
        ("hub.locked", "database-closed"),
        ("hub.junk", "database-broken"),
        ("hub.cookie", "cookie-secret"),
        ("ray.socket", "socket-path"),
        ("ray.memory", "memory-too-small"),
        ("ray.store", "memory-too-small"),
        ("ray.slow", "ray-slow-start"),
        ("ray.python", "python-changed"),
    ];
    for (file, code) in codes {
        let finding = here(file.split('.').next().unwrap(), words(file));
        assert_eq!(finding.code, code, "{file}: {finding:#?}");
        assert!(!format!("{finding:?}").contains("kubectl"), "{finding:?}");
    }
    assert_eq!(codes.len(), RECORDED.len());
}

#[test]
fn a_taken_port_is_named_where_it_was_said() {
    let port = |file: &str| here(file.split('.').next().unwrap(), words(file)).title;
    for file in ["proxy.port", "hub.port", "ray.port", "gateway.port", "gateway.proxy"] {
        assert!(port(file).starts_with("port 24777, which "), "{file}: {}", port(file));
    }
    assert_eq!(port("python.port"), "a port that `python` needs is taken by another program");
    let line = |line: &str| here("proxy", line).title;
    assert!(line("Error: listen EADDRINUSE: address already in use :::443").starts_with("port 443, "));
}

#[test]
fn what_to_do_about_a_cause_comes_first_and_then_the_log() {
    let finding = here("proxy", words("proxy.port"));
    let next: Vec<String> = finding.next.iter().map(ToString::to_string).collect();
    assert_eq!(next[0], "run `ss -ltnp 'sport = :24777'`: see which program has it, and end that");
    assert_eq!(next[1], "or change the answer `machine.port`: choose another port for the hub");
    assert!(next[2].contains("`machine.first-port`"), "{next:?}");
    assert_eq!(next[3], "run `hubwright logs proxy -n lab`: read its last words in full");
    assert_eq!(finding.subject, "process proxy");
    assert!(finding.detail.unwrap().starts_with("it ends\nits last words:\n"));
}

#[test]
fn commands_are_about_the_deployments_own_folder() {
    let commands = |words: &str| format!("{:?}", here("hub", words).next);
    assert!(
        commands("ModuleNotFoundError: No module named 'x'")
            .contains("rm -r /home/ada/lab/env && hubwright upgrade -n lab")
    );
    assert!(commands("OSError: [Errno 28] No space left on device").contains("df -h /home/ada/lab /tmp"));
    let lines = ["[Errno 28] No space left on device".to_owned()];
    let spaced =
        with_last_words(Finding::new("x", "x", "x").log(pointer("hub", Some("/home/a b/lab/log/hub.log"))), &lines);
    assert!(format!("{:?}", spaced.next).contains("df -h '/home/a b/lab' /tmp"), "{spaced:?}");
}

#[test]
fn words_of_a_pod_are_only_explained() {
    let ends = Finding::new("crash-loop", "Pod/proxy-1", "it ends").log(pointer("proxy", None));
    let finding = with_last_words(ends, &["Error: listen EADDRINUSE: address already in use :::8000".to_owned()]);
    assert_eq!((finding.code.as_str(), finding.title.as_str()), ("crash-loop", "it ends"));
    assert_eq!(finding.next.len(), 1);
    assert_eq!(finding.next[0].to_string(), "its last words mean: its port is taken by another program of the pod");
}

#[test]
fn last_words_are_cleaned_shown_and_explained() {
    let finding = Finding::new("crash-loop", "Pod/hub-1", "`hub` ends");
    let lines =
        vec!["starting".to_owned(), "\u{1b}[31mPermissionError: [Errno 13] Permission denied: '/srv/x'".to_owned()];
    let finding = with_last_words(finding, &lines);
    assert_eq!(
        finding.detail.unwrap(),
        "its last words:\nstarting\nPermissionError: [Errno 13] Permission denied: '/srv/x'"
    );
    assert!(format!("{:?}", finding.next).contains("another user"));
}

#[test]
fn only_the_end_of_a_long_log_is_shown() {
    let lines: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
    let detail = with_last_words(Finding::new("crash-loop", "Pod/a", "a"), &lines).detail.unwrap();
    assert!(detail.starts_with("its last words:\nline 80\n") && detail.ends_with("line 99"), "{detail}");
}

/// A traceback has long lines, and says only in the last one what is wrong.
#[test]
fn the_last_line_is_never_cut_away() {
    let mut lines = vec!["x".repeat(300); 19];
    lines.push("OSError: [Errno 28] No space left on device".to_owned());
    let finding = with_last_words(Finding::new("crash-loop", "Pod/a", "a"), &lines);
    assert!(finding.detail.unwrap().ends_with("No space left on device"));
    assert!(finding.next[0].to_string().contains("a disk is full"));
}
