//! The picture as it is drawn, and what its keys do.
use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    answers::facts::{Closed, Facts, NodeFact, UsedFact},
    front::wizard::wish::{News, Wish},
    problem::Problem,
};

const GIB: u64 = 1 << 30;

fn node(name: &str, gpus: u64) -> NodeFact {
    let used = UsedFact { cpu_millis: 2_000, memory_bytes: 6 * GIB, ..UsedFact::default() };
    NodeFact {
        name: name.to_owned(),
        cpu_millis: 32_000,
        memory_bytes: 126 * GIB,
        gpus: (gpus > 0).then(|| ("nvidia.com/gpu".to_owned(), gpus)).into_iter().collect(),
        taints: if gpus > 0 { vec!["nvidia.com/gpu=:NoSchedule".to_owned()] } else { Vec::new() },
        used: Some(used),
        ..NodeFact::default()
    }
}

fn shared(nodes: Vec<NodeFact>) -> Shared {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    let facts = Facts { server_version: Some("v1.36.0".to_owned()), nodes, ..Facts::default() };
    shared.hear(&News::Looked(Box::new(facts)));
    shared.now = Timestamp::from_second(12).unwrap();
    let pools = "[{name: small, min: 2, max: 8}, {name: big, memory: 130Gi}, {name: train, gpus: 2}]";
    shared.draft.say("ray.pools", pools).unwrap();
    shared
}

fn three() -> Shared {
    shared(vec![node("aks-cpu-0", 0), node("aks-cpu-1", 0), node("aks-gpu-0", 4)])
}

fn picture(screen: &Fit, shared: &Shared, theme: &Theme, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| screen.draw(frame, frame.area(), shared, theme)).unwrap();
    terminal.backend().to_string()
}

/// Key of the answer that is edited next.
fn edited(turns: &[Turn]) -> Option<String> {
    turns.iter().find_map(|turn| match turn {
        Turn::Go(Place::Questions, key) => key.clone(),
        _ => None,
    })
}

#[test]
fn nodes_are_bars_and_sentences_say_what_does_not_fit() {
    for size in [(80, 22), (120, 38), (200, 58)] {
        let text = picture(&Fit::default(), &three(), &Theme::COLOUR, size);
        for expected in [
            "3 nodes: 96 CPU, 378 GiB, 4 nvidia.com/gpu · facts 12 s old",
            "aks-cpu-1",
            "▓▒",
            "□□□□ 0/4",
            "▸ ✗ no   pool `big`: one worker needs 130 GiB memory; the freest node has",
            "→ make it at most 120 GiB, or add a node with 130 GiB free",
            "pool `train`: every node with nvidia.com/gpu is reserved (taint",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }
}

#[test]
fn ascii_and_mono_say_the_same() {
    let text = picture(&Fit::default(), &three(), &Theme::PLAIN, (80, 22));
    assert!(text.is_ascii() || text.lines().all(|line| line.trim_matches('"').is_ascii()), "{text}");
    assert!(text.contains("> x no   pool `big`") && text.contains("-> make it at most 120 GiB"), "{text}");
}

#[test]
fn an_edit_leads_to_the_answer_and_a_fix_makes_the_change() {
    let (mut screen, mut shared) = (Fit::default(), three());
    assert_eq!(edited(&screen.act(Action::Edit, &mut shared)).as_deref(), Some("ray.pools[1].memory"));
    screen.act(Action::Fix, &mut shared);
    assert!(shared.unsaved);
    let pools = |shared: &Shared| shared.draft.layers().merged().ray.pools.unwrap();
    assert_eq!(pools(&shared)[1].memory.as_deref(), Some("120Gi"));
    // Now the taint is the worst.
    screen.act(Action::Fix, &mut shared);
    assert_eq!(pools(&shared)[2].tolerations.as_deref(), Some(&["nvidia.com/gpu:NoSchedule".to_owned()][..]));
    let text = picture(&screen, &shared, &Theme::COLOUR, (80, 22));
    assert!(!text.contains('✗') && text.contains("■■□□ 2/4"), "{text}");
    // What fits needs no fix, and its keys are not offered.
    screen.act(Action::Last, &mut shared);
    assert!(screen.keys(&shared).iter().all(|binding| !matches!(binding.does, Action::Fix | Action::Edit)));
}

#[test]
fn the_key_that_one_comes_with_is_selected() {
    let (mut screen, mut shared) = (Fit::default(), three());
    assert!(screen.enter(Some("ray.pools[2]"), &mut shared).is_empty());
    assert_eq!(edited(&screen.act(Action::Edit, &mut shared)).as_deref(), Some("ray.pools[2].tolerations"));
}

#[test]
fn many_nodes_are_shown_by_kind_and_the_selected_sentence_is_always_visible() {
    let mut nodes: Vec<NodeFact> = (0..40).map(|index| node(&format!("aks-cpu-{index}"), 0)).collect();
    nodes.push(NodeFact { closed: Some(Closed::Cordoned), ..node("aks-old", 0) });
    let mut shared = shared(nodes);
    let pools: Vec<String> = (0..30).map(|index| format!("{{name: p{index}, memory: 200Gi}}")).collect();
    shared.draft.say("ray.pools", &format!("[{}]", pools.join(", "))).unwrap();
    let mut screen = Fit::default();
    let text = picture(&screen, &shared, &Theme::COLOUR, (80, 22));
    assert!(text.contains("40 like aks-cpu-0") && text.contains("closed to new pods"), "{text}");
    for _ in 0..20 {
        screen.act(Action::Down, &mut shared);
    }
    let text = picture(&screen, &shared, &Theme::COLOUR, (80, 22));
    assert!(text.contains("▸ ✗ no   pool `p20`"), "{text}");
}

#[test]
fn nodes_that_have_no_room_are_reached_by_pages() {
    let nodes = (0..12).map(|index| node(&format!("node-{index}"), 0)).collect();
    let (mut screen, mut shared) = (Fit::default(), shared(nodes));
    let first = picture(&screen, &shared, &Theme::COLOUR, (80, 16));
    assert!(first.contains("node-0") && !first.contains("node-11") && first.contains("more: PgDn"), "{first}");
    (0..3).for_each(|_| drop(screen.act(Action::PageDown, &mut shared)));
    assert!(picture(&screen, &shared, &Theme::COLOUR, (80, 16)).contains("node-11"));
}

#[test]
fn a_page_back_is_seen_at_once_however_far_beyond_the_last_node_pages_were_turned() {
    let mut shared = shared((0..12).map(|index| node(&format!("aks-cpu-{index:02}"), 0)).collect());
    let mut screen = Fit::default();
    let first = picture(&screen, &shared, &Theme::COLOUR, (80, 18));
    (0..9).for_each(|_| drop(screen.act(Action::PageDown, &mut shared)));
    assert!(picture(&screen, &shared, &Theme::COLOUR, (80, 18)).contains("aks-cpu-11"));
    screen.act(Action::PageUp, &mut shared);
    assert_eq!(picture(&screen, &shared, &Theme::COLOUR, (80, 18)), first);
}

#[test]
fn without_facts_it_says_how_to_get_them() {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    let mut screen = Fit::default();
    let text = picture(&screen, &shared, &Theme::COLOUR, (80, 22));
    assert!(text.contains("the answers ask for 2.1 CPU") && text.contains("r looks at it"), "{text}");
    let turns = screen.enter(None, &mut shared);
    assert!(matches!(turns.as_slice(), [Turn::Wish(Wish::Look { asking: false, .. })]), "{turns:?}");
    let problem = Problem::new("silent", "the API server does not answer").hint("see whether the VPN is up");
    shared.hear(&News::NotLooked { problem: Box::new(problem), asks: true });
    let text = picture(&screen, &shared, &Theme::COLOUR, (80, 22));
    for expected in ["the API server does not answer", "hint: see whether the VPN is up", "lends the terminal"] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let turns = screen.act(Action::Look, &mut shared);
    assert!(matches!(turns.as_slice(), [Turn::Wish(Wish::Look { asking: true, .. })]), "{turns:?}");
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let shared = three();
    let bare = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    for width in [0, 1, 2, 5, 9, 10, 11, 20, 33, 60, 79, 300] {
        for height in [0, 1, 2, 3, 4, 5, 8, 16, 90] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            let draw = |shared: &Shared, frame: &mut Frame<'_>| {
                Fit::default().draw(frame, frame.area(), shared, &Theme::COLOUR);
            };
            terminal.draw(|frame| draw(&shared, frame)).unwrap();
            terminal.draw(|frame| draw(&bare, frame)).unwrap();
        }
    }
}

#[test]
fn a_huge_node_has_a_bar_as_well() {
    let huge = NodeFact { cpu_millis: u64::MAX, memory_bytes: u64::MAX, ..node("huge", u64::MAX) };
    let nothing = NodeFact { cpu_millis: 0, memory_bytes: 0, gpus: BTreeMap::new(), ..node("nothing", 0) };
    let text = picture(&Fit::default(), &shared(vec![huge, nothing]), &Theme::COLOUR, (120, 38));
    assert!(text.contains("huge") && text.contains("nothing"), "{text}");
}
