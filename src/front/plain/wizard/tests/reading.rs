//! What is read of a run while it goes on and afterwards: pods, their pages and logs, the times of steps.
use super::{
    world::{happens_at, pod},
    *,
};

#[test]
fn pods_and_times_are_read_while_it_runs_and_afterwards() {
    let mut world = World::preset("trial-kubernetes");
    let hub = StepId::new("hub");
    world.heard = [
        happens(run_began()),
        happens(EventKind::StepStarted { step: hub.clone() }),
        happens(pod("proxy-1", "Ready")),
        happens_at(2, pod("hub-1", "CrashLoopBackOff")),
        interrupted(62),
        happens_at(63, EventKind::StepSkipped { step: hub, why: "nobody waits".to_owned() }),
    ]
    .into();
    let mut world = world.ends(ended(Some(Outcome::Failed)));
    let reads = ["pods", "hub-1", "log hub", "before sidecar", "back", ESC, "times"];
    let mut person = says(&[&reads[..], &["go on"], &reads[..], &["leave"]].concat());
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    wizard.open(Source::Draft("draft.yaml".to_owned()));
    let intent = wizard.shared.intent();
    assert_eq!(wizard.work(Wish::Deploy(intent)).unwrap(), At::Ended);
    assert_eq!(wizard.ended().unwrap(), At::End(Exit::Change));
    let told = person.told.join("\n");
    let list =
        "  Deployment hub  2, 1 stuck, 1 ready\n  1) hub-1: stuck, CrashLoopBackOff, 1:00\n  2) proxy-1: ready, 1:02\n";
    let page = "hub-1\n  ! the hub crashes\n    node: node-1\n  Containers\n  ! hub CrashLoopBackOff, restarted 4 times: \
                back-off\n    sidecar CrashLoopBackOff: back-off\n  Conditions\n  ! Ready: no, ContainersNotReady\n";
    let times = "00:00:00 to 00:01:02, 1:02\n  JupyterHub: 1:02, critical path\ncritical path: faster here";
    for words in [list, page, times] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    for words in [
        ") pods: 2, 1 stuck, 1 ready",
        "last words of hub in hub-1, previous: false",
        "last words of sidecar in hub-1, previous: true",
        "00:00:00 to 00:01:03, 1:03",
    ] {
        assert!(told.contains(words), "no `{words}` in\n{told}");
    }
    assert_eq!(told.matches("  ! the hub crashes\n    node").count(), 2, "{told}");
    assert_eq!(world.begun, ["deploy"], "who reads stops nothing");
}

#[test]
fn of_many_pods_the_first_are_listed_and_those_that_hold_some_letters() {
    let mut world = World::preset("trial-kubernetes");
    let pods = (0..99).map(|number| happens(pod(&format!("worker-{number:02}"), "Pending")));
    world.heard = [happens(run_began())].into_iter().chain(pods).chain([interrupted(5)]).collect();
    let mut world = world.ends(ended(Some(Outcome::Failed)));
    let mut person = says(&["pods", "? 77", "worker-77", "back", "back", "go on"]);
    let mut wizard = Wizard::new(nothing(), &mut person, &mut world);
    let intent = wizard.shared.intent();
    wizard.work(Wish::Deploy(intent)).unwrap();
    let told = person.told.join("\n");
    let end = "  40) worker-39: waiting, Pending, 0:05\n  100) back: to what can be done\n  and 59 more: `? letters`";
    assert!(told.contains(end) && !told.contains("worker-40"), "{told}");
    assert!(told.contains("\n  78) worker-77: waiting") && told.contains("\nworker-77\n"), "{told}");
}

#[test]
fn a_look_is_gone_closer_and_leads_to_the_answer() {
    let mut world = World::preset("trial-kubernetes");
    let EventKind::StepBlocked { finding, .. } = hub_is_stuck() else { unreachable!() };
    world.heard =
        [happens(pod("hub-1", "Pending")), happens(EventKind::Findings { findings: vec![finding] }), interrupted(1)]
            .into();
    let deployment = DeploymentLine {
        folder: "there".into(),
        words: "there on this machine".to_owned(),
        flags: "-n there".to_owned(),
        unfinished: false,
        ended: "install: done".to_owned(),
    };
    world.beginnings.deployments = vec![deployment];
    let mut person = says(&["there on", "watch", "pods", "hub-1", "back", "back", "change hub.memory", "2Gi", CTRL_C]);
    assert_eq!(begin(&mut person, &mut world), Exit::Interrupted);
    let told = person.told.join("\n");
    assert_eq!(world.begun, ["watch there", "cancel"], "{told}");
    assert_eq!(world.layers.merged().hub.memory.as_deref(), Some("2Gi"), "{told}");
    assert!(told.contains("stop: end the look") && told.contains("    node: node-1"), "{told}");
}
