//! A journal that cannot be written: nothing may be changed that nobody could take up.
use super::{PLACES, Place, assert_converged, calls, finished, go, problems, undisturbed_at, world::World};
use crate::run::event::{Event, Outcome};

#[test]
fn a_full_disk_stops_a_run_before_its_next_change_and_says_why() {
    for place in PLACES {
        let expected = undisturbed_at(place);
        for room in 0..expected.journal_lines().len() - 1 {
            full_after(room, &expected);
        }
    }
}

fn full_after(room: usize, expected: &World) {
    let world = World::at(expected.place);
    world.room(Some(room));
    let (outcome, events) = go(&world);
    let journal: Vec<Event> = world.journal_lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    if world.place == Place::Cluster {
        assert!(world.changes().len() <= calls(&journal).len(), "a change that is not in the journal of {room} lines");
    }
    // here the machine itself compares its changes with the journal
    assert_eq!(world.wrong(), Vec::<String>::new(), "with room for {room} lines");
    assert!(world.object("Lease/hubwright").is_none() && !world.is_busy(), "with room for {room} lines");
    if outcome == Some(Outcome::Failed) {
        let codes: Vec<String> = problems(&events).into_values().map(|problem| problem.code).collect();
        assert!(codes.iter().all(|code| code == "cannot-write") && !codes.is_empty(), "{room}: {codes:?}");
        assert!(finished(&events).1.last().unwrap().contains("hubwright resume"));
    } else {
        // all changes were made and written down before
        assert_eq!((outcome, world.changes().len()), (Some(Outcome::Done), expected.changes().len()), "{room}");
    }
    world.room(None);
    assert_eq!(go(&world).0, Some(Outcome::Done), "with room again after {room} lines");
    assert_converged(&world, expected, &format!("with room again after {room} lines"));
}
