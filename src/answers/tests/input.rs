//! Hostile and careless input: refused in words, in bounded time, without a secret and without steering a terminal.
use std::time::{Duration, Instant};

use super::words;
use crate::answers::{
    layers::{Layers, Origin},
    preset, yaml,
};

#[test]
fn no_option_of_pip_hides_in_a_requirement() {
    for item in ["numpy --pre", "numpy -r requirements.txt", "--pre", "numpy  --no-deps"] {
        let error = Layers::new().set(Origin::Set, "notebook.packages", item);
        assert!(error.is_err(), "{item}");
    }
}

#[test]
fn a_database_password_in_the_query_is_refused() {
    for url in [
        "postgresql://hub@db/hub?password=hunter2",
        "postgresql://hub:hunter2@db/hub",
        "mysql://db/hub?user=x&passwd=hunter2",
    ] {
        let error = Layers::new().set(Origin::Set, "storage.database-url", url).unwrap_err();
        assert!(!words(&[error]).contains("hunter2"), "{url}");
    }
}

/// Texts in which `hunter2` or `31337…` is a secret that slipped into a preset as it should not.
#[test]
fn no_secret_of_a_broken_preset_is_ever_shown() {
    let values = [
        "*hunter2",
        "&hunter2",
        "!hunter2 x",
        "!!binary hunter2",
        "@hunter2",
        "`hunter2",
        "%hunter2",
        "'hunter2",
        "\"hunter2",
        "\"\\xhunter2\"",
        "hunter2: x",
        "{hunter2",
        "[hunter2",
        "|hunter2",
        ">hunter2",
        "hunter2\n\thunter2",
        "[hunter2, hunter2]",
        "{a: hunter2}",
        "313373133731337313373133731337313373133731337",
        "3.1337e31337",
        "0x313373133731337313373133731337313373133731337",
        "!!int hunter2",
        "!!bool hunter2",
        "!!float hunter2",
        "!!null hunter2",
        "<<: hunter2",
        "? hunter2",
        "- hunter2",
        "hunter2 #\u{0}",
    ];
    for value in values {
        let text = format!("schema: 1\nlogin:\n  client-secret: {value}\n  tenant: x\n");
        if let Err(wrong) = preset::parse(&text, "a.yaml") {
            let words = words(&wrong) + &format!("{wrong:?}");
            assert!(!words.contains("hunter2") && !words.contains("31337"), "{value}: {words}");
        }
    }
}

#[test]
fn words_of_a_preset_cannot_steer_a_terminal() {
    let text = "schema: 1\nlogin: {method: \"\\e[2Jx\", \"\\e]0;x\\a\": 1}\nnotebook: {tag: \"\\e[1m\"}\nray: {pools: [{name: a, \"\\u009b2J\": 1}]}\n";
    let words = words(&preset::parse(text, "a.yaml").unwrap_err());
    assert!(words.chars().all(|c| c == '\n' || !c.is_control()), "{words:?}");
}

#[test]
fn a_long_answer_is_not_repeated_at_length() {
    let text = format!("schema: 1\nlogin: {{method: {}}}\n", "x".repeat(100_000));
    let words = words(&preset::parse(&text, "a.yaml").unwrap_err());
    assert!(words.len() < 2000, "{}", words.len());
}

#[test]
fn hostile_presets_are_refused_in_bounded_time() {
    let megabyte = |unit: &str| unit.repeat((yaml::LONGEST - 100) / unit.len());
    let numbered = (0..60_000).map(|n| format!("k{n}: 1")).collect::<Vec<_>>().join("\n");
    let texts = [
        megabyte("a: {"),
        megabyte("- "),
        megabyte("[],"),
        megabyte("? "),
        megabyte("\n"),
        megabyte("#\n"),
        megabyte("&a "),
        megabyte("!a "),
        megabyte("'"),
        megabyte("schema: 1\n"),
        megabyte("\u{0}"),
        numbered,
        format!("schema: 1\nlogin: [{}]\n", "x,".repeat(400_000)),
        format!("schema: 1\nray: {{pools: [{}]}}\n", "{name: a, x: 1},".repeat(50_000)),
        "---\nschema: 1\n---\nschema: 1\n".to_owned(),
        "\u{fffd}\u{fffd}".to_owned(),
        "\t".to_owned(),
        "schema: 1\nlogin:\n  method: github\n  method: azuread\n".to_owned(),
        "schema: .nan\n".to_owned(),
    ];
    for text in texts {
        let start = Instant::now();
        let wrong = preset::parse(&text, "a.yaml");
        let head: String = text.chars().take(40).collect();
        // Each takes less than a second: this finds what grows without bound, and is no measure of speed.
        assert!(start.elapsed() < Duration::from_secs(60), "{head:?} took {:?}", start.elapsed());
        assert!(wrong.is_err(), "{head:?} was taken");
        assert!(words(&wrong.unwrap_err()).len() < 100_000, "{head:?}: too many words");
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = "schema: 1\nlogin:\n  method: dummy\nray:\n  pools:\n    - name: a\n";
    let plain = preset::parse(text, "a").unwrap();
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(preset::parse(&windows, "a").unwrap(), plain);
}

#[test]
fn words_for_truth_are_no_truth() {
    for word in ["yes", "on", "True", "1", "'true'"] {
        let wrong = preset::parse(&format!("schema: 1\ncull: {{enabled: {word}}}\n"), "a");
        assert!(wrong.is_err() || word == "True", "{word}");
    }
}

#[test]
fn no_password_hides_in_an_address() {
    for (key, text) in [
        ("charts.repository", "https://me:hunter2@charts.example.org"),
        ("charts.repository", "oci://me:hunter2@charts.example.org/hub"),
        ("registry.server", "me:hunter2@r.example.org"),
        ("login.url", "https://me:hunter2@moodle.example.org"),
    ] {
        let error = Layers::new().set(Origin::Set, key, text).unwrap_err();
        assert!(!words(&[error]).contains("hunter2"), "{key}");
    }
    for (key, text) in [
        ("charts.repository", "oci://r.example.org:5000/charts"),
        ("charts.repository", "../charts"),
        ("registry.server", "https://index.docker.io/v1/"),
        ("access.tls-secret", "hub.example.org-tls"),
        ("storage.class", "1.fast-ssd"),
        ("access.host", "fd00::1"),
    ] {
        Layers::new().set(Origin::Set, key, text).unwrap_or_else(|error| panic!("{key}={text}: {error}"));
    }
}

#[test]
fn what_is_no_name_or_address_is_refused_before_helm_sees_it() {
    for (key, text) in [
        ("access.host", "hub..example.org"),
        ("access.host", "a:b:c"),
        ("access.host", "hub.example.org/x"),
        ("access.ingress-class", "NGINX"),
        ("storage.class", "fast ssd"),
        ("charts.repository", "--debug"),
        ("charts.repository", "git://x"),
        ("charts.kuberay", "1.7.0 --debug"),
        ("registry.server", "r.example.org r2"),
    ] {
        assert!(Layers::new().set(Origin::Set, key, text).is_err(), "{key}={text}");
    }
    let empty = preset::parse("schema: 1\nstorage: {class: ''}\n", "a").unwrap_err();
    assert!(words(&empty).contains("storage.class"), "an empty class means no volumes at all to Kubernetes");
}

#[test]
fn the_same_answer_cannot_be_said_twice_in_two_ways() {
    let wrong = preset::parse("schema: 1\nray.tag: a\nray: {tag: b}\nlogin: {x.y: 1}\n", "a").unwrap_err();
    let keys: Vec<_> = wrong.iter().filter_map(|wrong| wrong.key.as_deref()).collect();
    assert_eq!(keys, ["ray.tag", "login.x.y"]);
}

#[test]
fn a_preset_of_a_newer_format_is_not_judged_by_its_keys() {
    let wrong = preset::parse("schema: 2\nlogin: {way: x}\nfoo: 1\n", "a").unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

#[test]
fn cpus_are_not_memory_and_not_none() {
    for key in ["ray.head-cpu", "ray.pools[0].cpu", "dask.worker-cpu", "dask.cluster-cpu", "profiles[+].cpu", "hub.cpu"]
    {
        for text in ["4Gi", "0"] {
            let wrong = Layers::new().set(Origin::Set, key, text).unwrap_err();
            assert!(words(&[wrong]).contains("not a number of CPUs"), "{key}={text}");
        }
        Layers::new().set(Origin::Set, key, "500m").unwrap();
    }
}

#[test]
fn a_table_with_a_wrong_row_is_read_as_far_as_it_goes() {
    let text = "schema: 1\nray:\n  pools:\n  - {name: a, max: many, min: 2}\n  - small\n  - {cpu: 2}\n";
    let (preset, wrong) = preset::parse_all(text, "a");
    let keys: Vec<_> = wrong.iter().filter_map(|wrong| wrong.key.as_deref()).collect();
    assert_eq!(keys, ["ray.pools[0].max", "ray.pools[1]"]);
    let pools = preset.unwrap().answers.ray.pools.unwrap();
    assert_eq!((pools.len(), pools[0].min, pools[0].max, pools[2].cpu.as_deref()), (3, Some(2), None, Some("2")));
}
