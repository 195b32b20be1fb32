//! The way through the sections, and the keys on it.
use super::*;

#[test]
fn questions_that_do_not_matter_are_seen_but_passed_over() {
    let mut bench = Bench::of("github");
    bench.at("login.method");
    has(&bench.seen(80, 24), &["– Tenant", "not used"]);
    bench.act(Action::Down);
    assert!(bench.on("login.client-id"), "{:?}", bench.here());
}

#[test]
fn the_target_is_looked_at_when_it_is_another_one_and_never_twice() {
    let mut bench = Bench::fresh();
    let looks = |turns: &[Turn]| {
        turns.iter().filter(|turn| matches!(turn, Turn::Wish(Wish::Look { asking: false, .. }))).count()
    };
    let turns = bench.screen.enter(None, &mut bench.shared);
    assert_eq!(looks(&turns), 1);
    bench.shared.look = Look::Looking;
    has(&bench.seen(80, 24), &["looking"]);
    assert_eq!(looks(&bench.act(Action::Next)), 0);
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.write("2");
    assert_eq!(looks(&bench.act(Action::Enter)), 1);
    let problem = Box::new(Problem::new("x", "the login plugin wants to ask").hint("log in first"));
    bench.shared.look = Look::Failed { problem, asks: true };
    has(
        &bench.seen(80, 24),
        &["the login plugin wants to ask", "log in first", "Enter: let the login plugin ask you here"],
    );
    bench.act(Action::Last);
    bench.act(Action::Up);
    assert_eq!(bench.here(), Some(At::Look));
    let turns = bench.act(Action::Enter);
    assert!(matches!(turns.as_slice(), [Turn::Wish(Wish::Look { asking: true, .. })]), "{turns:?}");
}

#[test]
fn the_callback_url_is_shown_and_copied() {
    let mut bench = Bench::of("github");
    bench.shared.draft.say("access.host", "hub.example.org").unwrap();
    bench.at("login.method");
    has(&bench.seen(120, 40), &["hub.example.org/hub/oauth_callback", "Enter copies it"]);
    let turns = bench.act(Action::Copy);
    let copied = |turn: &Turn| matches!(turn, Turn::Wish(Wish::Copy(url)) if url.ends_with("/hub/oauth_callback"));
    assert!(turns.iter().any(copied), "{turns:?}");
}

#[test]
fn who_only_presses_enter_and_answers_what_is_asked_gets_to_the_review() {
    let mut bench = Bench::fresh();
    bench.screen.enter(None, &mut bench.shared);
    let mut keys = 0;
    let mut way = Vec::new();
    loop {
        keys += 1;
        assert!(keys < 120, "no end: {way:?}");
        if bench.screen.typing()
            && bench.screen.field(&bench.shared).is_some_and(|field| field.required && field.text().is_empty())
        {
            bench.write("hub.example.org");
        }
        way.push(bench.here());
        let turns = bench.act(Action::Enter);
        if turns.iter().any(|turn| matches!(turn, Turn::Say(words) if words.contains("nothing is selected"))) {
            bench.act(Action::Down);
        }
        if turns.iter().any(|turn| matches!(turn, Turn::Go(Place::Review, _))) {
            break;
        }
    }
    assert!(bench.shared.draft.resolved().is_ok(), "{:?}", bench.shared.draft.problems());
    assert!(keys < 60, "{keys} keys: {way:?}");
}

#[test]
fn a_section_remembers_where_one_was_and_the_way_is_kept() {
    let mut bench = Bench::of("github");
    bench.at("access.host");
    bench.fill("access.host", "hub.example.org");
    let here = bench.here();
    let turns = bench.act(Action::Next);
    assert!(turns.iter().any(|turn| matches!(turn, Turn::Wish(Wish::KeepDraft(_)))), "{turns:?}");
    bench.act(Action::Previous);
    assert_eq!(bench.here(), here);
    let turns = bench.act(Action::Back);
    assert!(matches!(turns.as_slice(), [Turn::Back]), "{turns:?}");
}

#[test]
fn a_yes_is_not_explained() {
    let text = stage(Layers::new(), "ray.token-auth").seen((80, 24));
    has(&text, &["‹ yes ›", "ask a token of every client"]);
    assert!(!text.contains("true"), "{text}");
}

#[test]
fn the_review_stop_leads_to_what_is_left() {
    let mut bench = Bench::fresh();
    while bench.screen.way.next(&bench.shared.draft).is_some() {
        bench.act(Action::Next);
    }
    has(&bench.seen(80, 24), &["Review", "some things are left"]);
    bench.acts(&[Action::Last, Action::Enter]);
    let left = bench.shared.draft.problems()[0].key.clone().unwrap();
    assert!(bench.on(&left), "{:?}", bench.here());
}

#[test]
fn this_machine_has_its_own_questions() {
    let mut bench = Bench::fresh();
    bench.at("target.kind");
    bench.act(Action::Right);
    assert_eq!(bench.text("target.kind"), "this-machine");
    bench.act(Action::Next);
    for (width, height) in [(80, 24), (120, 40), (200, 60), (60, 16)] {
        has(&bench.seen(width, height), &["This machine", "Folder"]);
    }
}

#[test]
fn the_keys_are_those_that_work_here() {
    let mut bench = Bench::fresh();
    let does = |bench: &Bench| -> Vec<Action> { bench.screen.keys(&bench.shared).iter().map(|key| key.does).collect() };
    bench.at("login.method");
    assert!(!does(&bench).contains(&Action::Delete) && !does(&bench).contains(&Action::Look));
    bench.at("ray.pools");
    assert!(
        [Action::Add, Action::Copy, Action::Delete, Action::MoveUp].iter().all(|action| does(&bench).contains(action))
    );
    bench.at("target.kind");
    assert!(does(&bench).contains(&Action::Look) && !does(&bench).contains(&Action::Add));
}
