//! Lists to choose from.
use super::*;

#[test]
fn choices_change_in_place_and_are_chosen_from_a_list_that_explains_them() {
    let mut bench = Bench::fresh();
    bench.at("login.method");
    bench.act(Action::Right);
    assert_eq!(bench.text("login.method"), "azuread");
    has(&bench.seen(80, 24), &["‹ azuread ›", "Microsoft Entra ID"]);
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["github", "GitHub or GitHub Enterprise", "Moodle with its OAuth plugin"]);
    bench.acts(&[Action::Down, Action::Enter]);
    assert_eq!(bench.text("login.method"), "github");
    assert!(bench.on("login.client-id"), "the next that matters: {:?}", bench.here());
    bench.at("login.method");
    bench.act(Action::Unsay);
    assert_eq!(bench.text("login.method"), "");
    bench.at("ray.autoscaling");
    bench.act(Action::Toggle);
    has(&bench.seen(80, 24), &["‹ yes ›"]);
    bench.at("cull.timeout");
    bench.act(Action::Left);
    assert_eq!(bench.text("cull.timeout"), "3599");
}

#[test]
fn contexts_are_offered_before_the_target_was_looked_at_and_another_can_be_typed() {
    let mut bench = Bench::fresh();
    let contexts = (0..12).map(|number| format!("cluster-{number}")).collect();
    let known = Beginnings { contexts, current: Some("cluster-3".to_owned()), ..Beginnings::default() };
    bench.shared.hear(&News::Looked(Box::default()));
    bench.shared.hear(&News::Beginnings(Box::new(known)));
    bench.shared.hear(&News::Looked(Box::default()));
    bench.at("target.context");
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["cluster-0", "the current context"]);
    bench.act(Action::Filter);
    bench.write("-11");
    assert!(!bench.seen(80, 24).contains("cluster-2"));
    bench.act(Action::Enter);
    assert_eq!(bench.text("target.context"), "cluster-11");
    bench.at("target.context");
    bench.acts(&[Action::Enter, Action::Last, Action::Enter]);
    bench.write("x");
    bench.act(Action::Enter);
    assert_eq!(bench.text("target.context"), "cluster-11x");
}

#[test]
fn lists_with_offers_are_marked_and_what_was_typed_stays_among_them() {
    let mut bench = Bench::fresh();
    let taint = "nvidia.com/gpu=present:NoSchedule";
    let node = crate::answers::facts::NodeFact { taints: vec![taint.to_owned()], ..Default::default() };
    bench.shared.draft.learn(Facts { nodes: vec![node], ..Facts::default() });
    bench.shared.draft.say("ray.pools[0].tolerations", "own=x:NoExecute").unwrap();
    bench.at("ray.pools[0].tolerations");
    bench.act(Action::Enter);
    has(&bench.seen(80, 24), &["[ ] nvidia.com/gpu", "[✓] own=x:NoExecute"]);
    bench.acts(&[Action::First, Action::Toggle, Action::Enter]);
    assert_eq!(bench.text("ray.pools[0].tolerations"), format!("{taint}, own=x:NoExecute"));
}

#[test]
fn a_question_is_found_by_its_words() {
    let mut bench = Bench::fresh();
    bench.act(Action::Filter);
    bench.write("idle time");
    bench.act(Action::Enter);
    assert!(bench.on("cull.timeout"), "{:?}", bench.here());
}

/// The cursor stood at the first choice: Enter twice chose a login that nobody wanted, or let everybody in.
#[test]
fn without_an_answer_nothing_looks_chosen() {
    for key in ["login.allow", "access.method"] {
        let mut layers = preset_layers("azuread-loadbalancer");
        layers.say("access.method", "").unwrap();
        let mut stage = stage(layers, key);
        stage.press(KeyCode::Enter);
        let text = stage.seen((80, 24));
        has(&text, &["(needs an answer)"]);
        assert!(!text.contains("│ ▸"), "a choice is selected\n{text}");
        stage.press(KeyCode::Enter);
        assert_eq!(said(&stage, key), "");
        has(&stage.seen((80, 24)), &["nothing is selected yet"]);
    }
    let mut stage = stage(preset_layers("azuread-loadbalancer"), "login.allow");
    stage.press(KeyCode::Enter).press(KeyCode::Down).press(KeyCode::Down).press(KeyCode::Enter);
    assert_eq!(said(&stage, "login.allow"), "users");
}

#[test]
fn a_hub_that_only_this_machine_reaches_is_suggested_the_shared_password() {
    let machine = |address: &str| {
        let mut layers = Layers::new();
        layers.say("target.kind", "this-machine").unwrap();
        layers.say("machine.address", address).unwrap();
        let mut stage = stage(layers, "login.method");
        stage.press(KeyCode::Enter);
        stage
    };
    let mut stage = machine("127.0.0.1");
    has(&stage.seen((120, 40)), &["▸ dummy", "suggested, as only this machine reaches the hub"]);
    assert_eq!(said(&stage, "login.method"), "", "nothing is said by looking at it");
    stage.press(KeyCode::Enter);
    assert_eq!(said(&stage, "login.method"), "dummy");
    assert!(!machine("0.0.0.0").seen((120, 40)).contains("suggested"), "others reach it");
}

/// The footer said `Enter keep` while a question was looked for.
#[test]
fn the_keys_of_a_filter_say_what_they_do() {
    let mut stage = Stage::at(Place::Questions);
    stage.ctrl('f');
    has(&footer(&stage, (60, 16)), &["Enter go there", "Esc leave"]);
    stage.keys("idle").press(KeyCode::Esc);
    has(&footer(&stage, (60, 16)), &["Enter edit"]);
}

#[test]
fn letters_look_in_the_list_of_what_was_found_and_become_the_answer_otherwise() {
    let class = |name: &str| crate::answers::facts::StorageClassFact { name: name.to_owned(), ..Default::default() };
    let mut stage = stage(Layers::new(), "storage.class");
    stage.news(News::Looked(Box::new(Facts {
        storage_classes: vec![class("fast"), class("slow")],
        ..Facts::default()
    })));
    stage.keys("sl");
    let text = stage.seen((80, 24));
    has(&text, &["slow", "type it"]);
    assert!(!text.contains("fast"), "{text}");
    stage.press(KeyCode::Enter);
    assert_eq!(said(&stage, "storage.class"), "slow");
    to(&mut stage, "storage.class").keys("own").press(KeyCode::Enter).keys("-disk").press(KeyCode::Enter);
    assert_eq!(said(&stage, "storage.class"), "own-disk");
}
