//! What is seen at which size.
use super::*;

#[test]
fn sections_stand_on_the_left_with_their_state_and_the_form_on_the_right() {
    let mut bench = Bench::of("github");
    bench.at("login");
    let text = bench.seen(80, 24);
    has(&text, &["▸ Login", "Access and TLS", "✓", "Fit", "Review", "│ Login", "Client ID", "preset github", "┴"]);
    let wide = bench.seen(120, 40);
    has(&wide, &["done ✓", "open", "!", "‹ github ›   GitHub or GitHub Enterprise"]);
    has(&bench.seen(200, 60), &["Profiles", "Who may log in"]);
    let narrow = bench.seen(60, 16);
    has(&narrow, &["5/11 Login", "Client ID"]);
    assert!(!narrow.contains("│"), "there is no room for a pane\n{narrow}");
    let plain = bench.draw(80, 22, Theme::PLAIN);
    assert!(plain.is_ascii(), "{plain}");
}

#[test]
fn long_forms_scroll_with_marks_and_keep_the_cursor_in_sight() {
    let mut bench = Bench::fresh();
    bench.at("login.method");
    has(&bench.seen(60, 16), &["↓", "more"]);
    bench.act(Action::Last);
    let text = bench.seen(60, 16);
    has(&text, &["↑", "go on: Access and TLS"]);
}

#[test]
fn nothing_is_too_small() {
    let mut bench = Bench::of("github");
    bench.at("login.method");
    for width in 0..24 {
        for height in 0..12 {
            bench.draw(width, height, Theme::COLOUR);
        }
    }
    bench.screen.way.stand(Spot { row: Some(("ray.pools".to_owned(), 9)), at: None });
    has(&bench.seen(80, 24), &["back to"]);
}

/// Who said a value had room, and the value was cut.
#[test]
fn a_value_is_seen_whole_before_it_is_told_who_said_it() {
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let mut layers = preset_layers("azuread-ingress");
    for (key, text) in [("login.tenant", tenant), ("login.client-id", "0123456789-0123456789-01234567")] {
        layers.say(key, text).unwrap();
    }
    let stage = stage(layers, "login.method");
    has(&stage.seen((80, 24)), &[tenant, "0123456789-0123456789-01234567 typed", "azuread", "preset"]);
    has(&stage.seen((120, 40)), &[tenant, "preset azuread-ingress"]);
}

#[test]
fn what_counts_without_an_answer_is_told_by_the_question() {
    let stage_of = |key: &str| stage(Layers::new(), key).seen((120, 40));
    has(&stage_of("storage.class"), &["(the cluster's default)"]);
    has(&stage_of("dask.cluster-cpu"), &["(no limit)"]);
    let mut machine = Layers::new();
    machine.say("target.kind", "this-machine").unwrap();
    has(&stage(machine.clone(), "access.host").seen((120, 40)), &["(automatic: 127.0.0.1)"]);
    has(&stage(machine, "machine.folder").seen((80, 24)), &["(automatic)", "(the newest fitting one)"]);
}

/// At 60 columns the footer had no room for the way to the review.
#[test]
fn the_way_forward_stands_in_every_footer() {
    for key in ["target.kind", "target.namespace", "login.method", "login.client-secret", "ray.pools"] {
        for size in crate::front::tui::screens::stage::SIZES {
            let footer = footer(&stage(preset_layers("github"), key), size);
            has(&footer, &["Enter", "Tab next", "^R review", "? help"]);
        }
    }
    let mut stage = stage(Layers::new(), "target.namespace");
    stage.keys("lab");
    has(&footer(&stage, (60, 16)), &["Enter keep", "Esc leave", "^R review"]);
}
