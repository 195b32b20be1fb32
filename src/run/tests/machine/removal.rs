//! How a deployment on this machine ends: what goes, what stays, and after what it can still be removed.
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        NAMESPACE, calls, finished, go, problems,
        removed::{remove, removed},
        world::{Kill, Moment},
    },
    DATA, fresh, used,
};
use crate::run::{
    event::{EventKind, Outcome, command::UNINSTALL},
    uninstall,
};

#[test]
fn a_removal_ends_what_runs_first_and_leaves_what_is_peoples_own() {
    let world = used();
    let (outcome, events) = removed(&world, false);
    assert_eq!((outcome, world.wrong()), (Some(Outcome::Done), Vec::new()));
    assert_eq!(
        calls(&events),
        [
            "start with this machine no longer",
            "stop gateway, hub, proxy, ray-head, ray-worker",
            "remove programs in /here/trial"
        ]
    );
    assert_eq!(world.found().into_keys().collect::<Vec<_>>(), DATA);
    let (changed, summary) = finished(&events);
    assert!(changed);
    assert_eq!(
        summary,
        [
            "stays: people's files, the hub's database and passwords in /here/trial/homes, /here/trial/data, /here/trial/secrets; \
          a new installation finds them again"
        ]
    );
    assert_eq!(go(&world).0, Some(Outcome::Done), "and can be installed again");
}

#[test]
fn a_person_reads_beforehand_what_goes_and_what_stays_here() {
    let world = used();
    let ports = world.ports();
    let inventory = || world.time.drive(uninstall::inventory(&ports, NAMESPACE)).unwrap();
    let (keep, delete) = (inventory().lines(false).join("\n"), inventory().lines(true).join("\n"));
    for line in
        ["goes, what runs, people's notebooks too: gateway, hub", "goes, the start with this machine", "in /here/trial"]
    {
        assert!(keep.contains(line) && delete.contains(line), "{line} in {keep}");
    }
    let data =
        "people's files, the hub's database and passwords: /here/trial/homes, /here/trial/data, /here/trial/secrets";
    assert!(keep.contains(&format!("stays, {data}")) && delete.contains(&format!("goes for ever, {data}")), "{keep}");
    removed(&world, false);
    assert!(inventory().is_empty(false) && !inventory().is_empty(true), "{:?}", inventory());
    removed(&world, true);
    assert!(inventory().is_empty(true));
}

#[test]
fn a_full_disk_stops_a_removal_here_before_its_next_change() {
    let mut refused = 0;
    for room in 0..20 {
        let world = used();
        world.room(Some(room));
        let (outcome, events) = removed(&world, true);
        assert_eq!(world.wrong(), Vec::<String>::new(), "with room for {room} lines");
        if outcome == Some(Outcome::Failed) {
            refused += 1;
            assert!(problems(&events).values().all(|problem| problem.code == "cannot-write"));
        }
        world.room(None);
        assert_eq!(removed(&world, true).0, Some(Outcome::Done), "with room again after {room} lines");
        assert!(world.found().is_empty(), "{:?}", world.found());
    }
    assert!(refused > 5, "{refused}");
}

#[test]
fn an_installation_that_was_cut_off_half_way_can_be_removed() {
    for number in 1.. {
        let world = fresh();
        world.kill(Kill { at: Moment::Change(number), power_cut: false });
        if go(&world).0.is_some() {
            assert!(number > 5);
            break;
        }
        let (outcome, events) = remove(&world, true, &CancellationToken::new());
        assert_eq!((outcome, world.wrong()), (Some(Outcome::Done), Vec::new()), "after change {number}");
        assert!(world.found().is_empty(), "after change {number}: {:?}", world.found());
        assert!(matches!(&events[0].kind, EventKind::RunStarted { command, .. } if command == UNINSTALL));
    }
}
