//! Secrets that a person types: they reach the target and nothing else, are kept there, and are named where they lack.
use super::*;
use crate::{
    plan::graph::SecretKind,
    run::asked::{NOT_SAID, Typed, held, unsaid},
};

const TYPED: &str = "hunter2-hunter2";

/// The plan with a secret that is asked for in place of the person's own one.
fn asking(world: &World) -> Plan {
    let mut plan = plan_of(world);
    for step in &mut plan.steps {
        let Action::Secrets { secrets, .. } = &mut step.action else { continue };
        for source in secrets.iter_mut().flat_map(|secret| secret.data.values_mut()) {
            if let SecretSource::Reference(reference) = source {
                *reference = SecretRef::Ask("login.client-secret".to_owned());
            }
        }
    }
    plan
}

fn typed(value: &str) -> Typed {
    Typed::from([("login.client-secret".to_owned(), value.to_owned().into())])
}

fn run(world: &World, typed: Typed) -> (Option<Outcome>, Vec<Event>) {
    let (ports, seen) = (world.ports().with_typed(typed), Seen::default());
    let before = remembered(&ports).unwrap();
    let (plan, options) = (asking(world), options(world));
    let outcome = world.time.drive(execute(&plan, &ports, &options, before, &seen, &CancellationToken::new()));
    let events = lock(&seen.0).clone();
    (Some(outcome), events)
}

fn missing(world: &World, typed: Typed) -> Vec<String> {
    let ports = world.ports().with_typed(typed);
    world.time.drive(unsaid(&asking(world), &ports)).unwrap()
}

#[test]
fn a_typed_secret_is_in_the_target_and_neither_in_the_journal_nor_in_an_event() {
    for place in PLACES {
        let world = World::at(place);
        assert_eq!(missing(&world, Typed::new()), ["login.client-secret"], "{place:?}");
        assert_eq!(missing(&world, typed(TYPED)), Vec::<String>::new(), "{place:?}");
        let (outcome, events) = run(&world, typed(TYPED));
        assert_eq!(outcome, Some(Outcome::Done), "{place:?}");
        assert!(world.holds(TYPED), "{place:?}: it is in the target");
        let journal = world.journal_lines().join("\n");
        assert!(!journal.contains(TYPED) && !format!("{events:?}").contains(TYPED), "{place:?}");
    }
}

#[test]
fn what_the_target_holds_is_kept_unless_it_is_typed_anew() {
    for place in PLACES {
        let world = World::at(place);
        run(&world, typed(TYPED));
        assert_eq!(missing(&world, Typed::new()), Vec::<String>::new(), "{place:?}");
        assert_eq!(run(&world, Typed::new()).0, Some(Outcome::Done), "{place:?}");
        assert!(world.holds(TYPED), "{place:?}");
        assert_eq!(run(&world, typed("another-one")).0, Some(Outcome::Done), "{place:?}");
        assert!(world.holds("another-one") && !world.holds(TYPED), "{place:?}");
    }
}

#[test]
fn what_nobody_typed_is_named_with_the_flag_that_says_it() {
    for place in PLACES {
        let world = World::at(place);
        let (outcome, events) = run(&world, Typed::new());
        assert_eq!(outcome, Some(Outcome::Failed), "{place:?}");
        let problems = problems(&events);
        let problem = &problems["secrets"];
        assert_eq!((problem.code.as_str(), problem.at.as_deref()), (NOT_SAID, Some("login.client-secret")));
        assert!(problem.hints[0].contains("--set login.client-secret=env:NAME"), "{problem:?}");
    }
}

#[test]
fn the_password_of_a_registry_is_found_in_its_credentials() {
    let kind = |server: &str| SecretKind::DockerConfig { server: server.to_owned(), username: "me".to_owned() };
    let secret = |server: &str| SecretObject {
        kind: kind(server),
        ..secret("pull", SecretSource::Reference(SecretRef::Ask("registry.password".to_owned())))
    };
    let values = [("password".to_owned(), TYPED.to_owned())];
    let there = crate::plan::render::secret_manifest(NAMESPACE, &secret("r.example.org"), &values);
    assert_eq!(held(&secret("r.example.org"), &there, "password").as_deref(), Some(TYPED));
    assert_eq!(held(&secret("other.example.org"), &there, "password"), None, "another registry has another password");
}
