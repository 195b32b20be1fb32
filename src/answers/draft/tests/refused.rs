//! What somebody said and could not be taken: nothing counts in its place until the person says it.
use super::*;

/// What can be read of a preset, the rest refused.
fn opened(text: &str) -> Draft {
    let (read, wrong) = preset::parse_all(&format!("schema: 1\ntarget: {{kind: kubernetes}}\n{text}"), "mine.yaml");
    let mut layers = Layers::new();
    layers
        .push_preset("trial-kubernetes", preset::parse(shipped::find("trial-kubernetes").unwrap().text, "x").unwrap());
    layers.push_preset("mine.yaml", read.unwrap());
    let mut draft = Draft::new(layers);
    assert!(!wrong.is_empty());
    draft.refuse(wrong);
    draft
}

fn wrong(draft: &Draft) -> Vec<String> {
    draft.problems().into_iter().filter_map(|wrong| wrong.key).collect()
}

/// The default would count in place of what somebody wrote, and be installed.
#[test]
fn what_could_not_be_taken_is_wrong_until_somebody_says_it() {
    let mut draft = with_preset("trial");
    assert!(draft.resolved().is_ok());
    draft.refuse([Invalid::at("ray.head-cpu", "`lots` is not a quantity"), Invalid::at("no.such-key", "is unknown")]);
    let (section, _) = draft.seat("ray.head-cpu").unwrap();
    let wrong = |draft: &Draft| draft.problems().into_iter().map(|wrong| wrong.message).collect::<Vec<_>>();
    assert_eq!(wrong(&draft), ["`lots` is not a quantity"]);
    assert!(draft.resolved().is_err() && draft.standing(section) == SectionStanding::Attention(1));
    assert!(draft.field("ray.head-cpu").unwrap().problem.is_some_and(|problem| problem.contains("lots")));
    draft.say("ray.head-cpu", "2").unwrap();
    assert!(draft.resolved().is_ok() && draft.standing(section) == SectionStanding::Done);
    draft.undo();
    assert_eq!(wrong(&draft).len(), 1, "what was said of it is taken back");
    draft.say("ray.head-cpu", "2").unwrap();
    draft.unsay("ray.head-cpu");
    assert_eq!(wrong(&draft).len(), 1, "nobody says it any more");
}

/// It was wrong for ever: what says nothing was unsaid again.
#[test]
fn nothing_is_an_answer_to_what_was_refused() {
    for (key, text) in [("login.admins", ""), ("login.admins", "[]"), ("ray.head-cpu", "")] {
        let mut draft = with_preset("trial");
        draft.refuse([Invalid::at(key, "is refused")]);
        assert!(draft.field(key).unwrap().refused);
        draft.say(key, text).unwrap();
        assert!(draft.resolved().is_ok() && !draft.field(key).unwrap().refused, "{key}={text}");
        draft.undo();
        assert!(draft.resolved().is_err(), "{key}={text}");
    }
}

/// Any change of the table made it typed: the refusal was gone, and the default was installed.
#[test]
fn a_field_of_a_row_is_wrong_until_it_is_said_itself() {
    let mut draft = opened("ray: {pools: [{name: a, max: lots}, {name: b, max: 3}]}\n");
    assert_eq!(wrong(&draft), ["ray.pools[0].max"]);
    draft.say("ray.pools[0].memory", "4Gi").unwrap();
    draft.add_row("ray.pools");
    assert_eq!(wrong(&draft), ["ray.pools[0].max"]);
    assert!(draft.field("ray.pools[0].max").unwrap().refused && !draft.field("ray.pools[1].max").unwrap().refused);
    let usual = text(&draft, "ray.pools[0].max");
    draft.say("ray.pools[a].max", &usual).unwrap();
    assert!(draft.resolved().is_ok());
    draft.unsay("ray.pools[0].max");
    assert_eq!(wrong(&draft), ["ray.pools[0].max"]);
    draft.say("ray.pools[0].max", "").unwrap();
    assert!(draft.resolved().is_ok(), "nothing is an answer here as well");
}

#[test]
fn what_was_refused_in_a_row_follows_it_and_goes_with_it() {
    let mut draft = opened("ray: {pools: [{name: a}, {name: b, max: lots}, {name: c}]}\n");
    draft.move_row("ray.pools", 1, true);
    assert_eq!(wrong(&draft), ["ray.pools[0].max"]);
    draft.copy_row("ray.pools", 0);
    assert_eq!(wrong(&draft), ["ray.pools[0].max", "ray.pools[1].max"], "a copy says no more than it");
    draft.delete_row("ray.pools", 0);
    draft.move_row("ray.pools", 0, false);
    assert_eq!(wrong(&draft), ["ray.pools[1].max"]);
    draft.say("ray.pools[1].name", "other").unwrap();
    assert_eq!(wrong(&draft), ["ray.pools[1].max"]);
    draft.delete_row("ray.pools", 1);
    assert!(draft.resolved().is_ok());
    draft.undo();
    assert_eq!(wrong(&draft), ["ray.pools[1].max"]);
    draft.unsay("ray.pools");
    assert_eq!(wrong(&draft), ["ray.pools[1].max"], "the rows of the preset again");
    assert_eq!(text(&draft, "ray.pools[1].name"), "b");
}

#[test]
fn what_is_no_row_is_asked_for_by_its_name() {
    let mut draft = opened("ray: {pools: [{name: a}]}\nprofiles: [small, {name: big}]\n");
    assert_eq!(wrong(&draft), ["profiles[0].name"]);
    draft.say("profiles[0].name", "small").unwrap();
    assert!(draft.resolved().is_ok());
    draft.refuse([Invalid::at("ray.pools[0]", "expected the fields of a row")]);
    assert_eq!(wrong(&draft), ["ray.pools[0].name"]);
    draft.refuse([Invalid::at("ray.pools[7].max", "has no row 7"), Invalid::at("ray.pools[0].maxx", "is no field")]);
    assert!(draft.resolved().is_ok(), "about no question there is");
}

/// A section that is none has no question of its own: its defaults counted.
#[test]
fn a_section_that_could_not_be_taken_is_wrong_until_something_in_it_is_said() {
    let mut draft = opened("dask: plenty\n");
    assert_eq!(wrong(&draft), ["dask"]);
    let (section, at) = draft.seat("dask").unwrap();
    let first = &draft.fields(section)[at];
    assert!(first.refused && first.relevant);
    assert!(first.problem.as_ref().unwrap().contains("(said in mine.yaml, line 3)"), "{:?}", first.problem);
    draft.say(&first.key.clone(), &first.text()).unwrap();
    assert!(draft.resolved().is_ok());
    draft.say("components.dask", "false").unwrap();
    draft.refuse([Invalid::at("dask", "is a section")]);
    assert!(draft.resolved().is_ok(), "there is nothing to ask for");
}

/// The flag was refused, and the line of a preset below it was blamed.
#[test]
fn what_a_variable_said_is_not_placed_in_a_preset() {
    let mut draft = with_preset("trial-kubernetes");
    let lower = draft.layers().place(Invalid::at("login.method", "is odd"));
    assert!(lower.file.is_some());
    draft.refuse([Invalid::at("login.method", "`gihub` is none")]);
    assert_eq!(draft.problems(), [Invalid::at("login.method", "`gihub` is none")]);
    assert_eq!(draft.told(&draft.problems()[0], "is odd"), "Login: is odd");
}
