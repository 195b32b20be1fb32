//! What both wizards make of what the world tells, without any of their screens.
use super::*;
use crate::{
    front::wizard::{
        turn::Overlay,
        wish::{News, Opened},
    },
    problem::Problem,
};

fn could_not_begin(shared: &mut Shared, wish: &Wish) {
    shared.wished(wish);
    shared.hear(&News::Ended(Box::default()));
}

/// The cluster was down: nobody agreed to an installation.
#[test]
fn what_could_not_begin_is_tried_again_as_what_it_was() {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    let folder = PathBuf::from("hub");
    could_not_begin(&mut shared, &Wish::Verify { folder: Some(folder.clone()), rungs: vec!["ray-job".to_owned()] });
    assert!(matches!(shared.retry(), Wish::Verify { folder: Some(_), rungs } if rungs.is_empty()));
    could_not_begin(&mut shared, &Wish::Resume(folder, BTreeMap::new()));
    assert!(matches!(shared.retry(), Wish::Resume(..)));
    shared.toggle_verify();
    let unverified = Wish::Deploy(shared.intent());
    could_not_begin(&mut shared, &unverified);
    assert!(matches!(shared.retry(), Wish::Deploy(intent) if !intent.verify));
}

#[test]
fn what_was_left_out_of_one_setup_is_not_left_out_of_the_next() {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    shared.toggle_verify();
    let opened = Opened { layers: Layers::new(), title: "new setup".to_owned(), wrong: Vec::new() };
    shared.hear(&News::Opened(Box::new(opened)));
    assert!(shared.intent().verify);
}

/// The disk was full: what was said since was lost, although nobody was told so on leaving.
#[test]
fn what_could_not_be_kept_is_kept_the_next_time() {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    shared.unsaved = true;
    assert!(shared.keep_draft().is_some() && shared.keep_draft().is_none());
    let told = shared.hear(&News::NotKept(Box::new(Problem::new("cannot-write", "the disk is full"))));
    assert!(matches!(&told[..], [Turn::Show(_)]), "{told:?}");
    assert!(matches!(shared.keep_draft(), Some(Turn::Wish(Wish::KeepDraft(_)))));
}

#[test]
fn a_deployment_that_cannot_be_read_is_told_once() {
    let mut shared = Shared::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
    let mut hear = |names: &[&str]| {
        let unreadable = names.iter().map(|name| Problem::new("answers-unreadable", *name)).collect();
        let known = Beginnings { unreadable, ..Beginnings::default() };
        let [Turn::Show(overlay)] = &shared.hear(&News::Beginnings(Box::new(known)))[..] else { return Vec::new() };
        let Overlay::Problems(problems) = &**overlay else { panic!("{overlay:?}") };
        problems.iter().map(|problem| problem.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(hear(&["one"]), ["one"]);
    assert!(hear(&["one"]).is_empty());
    assert_eq!(hear(&["one", "two"]), ["two"]);
}
