//! Letters and pastes, into fields that are open and on lines that are not.
use super::*;

/// Requirements hold commas themselves.
#[test]
fn a_list_of_packages_is_typed_as_pip_takes_it() {
    let mut bench = Bench::of("github");
    bench.shared.draft.say("notebook.packages", "numpy>=1,<2, pandas").unwrap();
    assert_eq!(bench.text("notebook.packages"), "numpy>=1,<2, pandas");
    let packages = bench.shared.draft.layers().merged().notebook.packages;
    assert_eq!(packages, Some(vec!["numpy>=1,<2".to_owned(), "pandas".to_owned()]));
}

/// It opened a filter that held a blank, and Enter then chose what nobody had looked at.
#[test]
fn space_chooses_from_a_list_as_enter_does() {
    let mut stage = stage(preset_layers("azuread-ingress"), "login.method");
    stage.press(KeyCode::Enter).press(KeyCode::Down).press(KeyCode::Char(' '));
    assert_eq!(said(&stage, "login.method"), "github");
}

#[test]
fn what_is_wrong_stands_below_the_field_while_typing_and_is_not_kept() {
    let mut bench = Bench::fresh();
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.write("_");
    let text = bench.seen(80, 24);
    has(&text, &["hub_", "! "]);
    bench.act(Action::Enter);
    assert!(bench.screen.typing(), "what is wrong stays in the field");
    assert_eq!(bench.text("target.namespace"), "hub");
    bench.act(Action::Back);
    assert!(!bench.screen.typing() && !bench.shared.unsaved);
    bench.fill("target.namespace", "lab");
    assert_eq!(bench.text("target.namespace"), "lab");
    has(&bench.seen(80, 24), &["lab", "typed"]);
    assert!(bench.shared.unsaved);
}

#[test]
fn a_paste_never_submits_and_an_unchanged_field_says_nothing() {
    let mut bench = Bench::fresh();
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.screen.edit(&Edit::Paste("-one".to_owned()), &mut bench.shared);
    assert!(bench.screen.typing());
    assert_eq!(bench.text("target.namespace"), "hub");
    bench.screen.edit(&Edit::Key(InputRequest::DeletePrevWord), &mut bench.shared);
    bench.acts(&[Action::Back, Action::Enter, Action::Enter]);
    assert_eq!(bench.shared.draft.layers().origin("target.namespace"), Origin::Default);
}

#[test]
fn facts_that_arrive_leave_the_open_field_alone() {
    let mut bench = Bench::fresh();
    bench.at("target.namespace");
    bench.act(Action::Enter);
    bench.write("-x");
    let facts =
        Facts { contexts: vec!["prod".to_owned()], current_context: Some("prod".to_owned()), ..Facts::default() };
    let news = News::Looked(Box::new(facts));
    bench.shared.hear(&news);
    bench.screen.news(&news, &mut bench.shared);
    bench.act(Action::Enter);
    assert_eq!(bench.text("target.namespace"), "hub-x");
    assert_eq!(bench.text("target.context"), "prod");
}

/// A value that was typed on a line was lost, and its letters did other things.
#[test]
fn letters_on_a_line_that_takes_text_begin_its_answer() {
    let mut stage = stage(Layers::new(), "target.namespace");
    stage.keys("fun/");
    has(&stage.seen((80, 24)), &["fun/", "is not a namespace"]);
    stage.press(KeyCode::Backspace).press(KeyCode::Enter);
    assert_eq!(said(&stage, "target.namespace"), "fun");
    to(&mut stage, "target.namespace").keys("x").press(KeyCode::Esc);
    assert_eq!(said(&stage, "target.namespace"), "fun", "Esc leaves it as it was");
    to(&mut stage, "target.namespace").press(KeyCode::Backspace).press(KeyCode::Enter);
    assert_eq!(said(&stage, "target.namespace"), "fu", "Backspace goes on with what is there");
    to(&mut stage, "target.namespace").paste("lab").press(KeyCode::Enter);
    assert_eq!(said(&stage, "target.namespace"), "lab");
    to(&mut stage, "target.namespace").press(KeyCode::Delete);
    assert_eq!(said(&stage, "target.namespace"), "hub", "the default counts again");
}

#[test]
fn letters_on_a_line_that_takes_no_text_change_nothing_and_say_what_does() {
    let mut stage = stage(Layers::new(), "login.method");
    stage.keys("moodl");
    assert_eq!(said(&stage, "login.method"), "");
    has(&stage.seen((80, 24)), &["Left and Right choose, Enter lists what there is"]);
    stage.keys("?");
    has(&stage.seen((80, 24)), &["letters begin a text at once"]);
}

#[test]
fn numbers_are_typed_in_place() {
    let mut stage = stage(Layers::new(), "cull.timeout");
    stage.keys("120").press(KeyCode::Enter);
    assert_eq!(said(&stage, "cull.timeout"), "120");
}

/// Tab and Ctrl-R on a field with a wrong value did nothing, and said nothing.
#[test]
fn who_goes_on_with_a_wrong_value_is_told_so_and_stays() {
    for forward in [KeyCode::Tab, KeyCode::Enter, KeyCode::BackTab, KeyCode::Null] {
        let mut stage = stage(Layers::new(), "target.namespace");
        stage.keys("No!");
        if forward == KeyCode::Null {
            stage.ctrl('r');
        } else {
            stage.press(forward);
        }
        assert_eq!(stage.app.place(), Place::Questions);
        has(&stage.seen((80, 24)), &["not kept: what is wrong stands below", "`No!` is not a namespace"]);
        assert_eq!(said(&stage, "target.namespace"), "hub");
    }
    let mut stage = stage(Layers::new(), "target.namespace");
    stage.keys("lab").ctrl('r');
    assert_eq!((said(&stage, "target.namespace").as_str(), stage.app.place()), ("lab", Place::Review));
}

#[test]
fn a_tenant_that_is_none_is_told_what_one_looks_like_and_where_it_stands() {
    let mut stage = stage(preset_layers("azuread-ingress"), "login.tenant");
    stage.keys("72f988bf-86f1-41af-91ab-2d7cd011db4");
    has(&stage.seen((120, 40)), &["is not a tenant", "contoso.onmicrosoft.com", "Entra"]);
    stage.keys("7").press(KeyCode::Enter);
    assert_eq!(said(&stage, "login.tenant"), "72f988bf-86f1-41af-91ab-2d7cd011db47");
}

/// The field shows what counts meanwhile: saying just that changed nothing, and what was refused stayed in the way for ever.
#[test]
fn what_was_refused_is_answered_with_what_is_shown() {
    for key in ["login.method", "components.ray", "cull.timeout", "login.admins", "ray.pools[0].max"] {
        let mut bench = Bench::of("trial-kubernetes");
        let before = bench.text(key);
        bench.shared.draft.refuse([Invalid::at(key, "is refused")]);
        bench.at(key);
        has(&bench.seen(120, 60), &["! is refused"]);
        bench.acts(&[Action::Enter, Action::Back]);
        assert!(
            bench.shared.draft.resolved().is_err() && !bench.shared.draft.can_undo(),
            "{key}: it was only looked at"
        );
        bench.at(key);
        bench.acts(&[Action::Enter, Action::Enter]);
        assert!(bench.shared.draft.resolved().is_ok(), "{key}: {:?}", bench.shared.draft.problems());
        assert_eq!(bench.text(key), before);
    }
}
