//! The causes against objects that a real cluster printed: Kubernetes 1.36.3 with kubelet and containerd, one thing broken
//! on purpose per workload, recorded 200 seconds after they were made (`recorded.jsonl`: one object a line; managed
//! fields and fields that nobody reads are left out). Written by hand, such objects prove only what their author believed.
use std::collections::BTreeMap;

use super::{
    causes,
    fixtures::read,
    index::Index,
    objects::{Change, KINDS},
    rules,
    verdict::{Finding, Verdict},
};
use crate::plan::graph::Expect;

const OBJECTS: &str = include_str!("recorded.jsonl");

fn now() -> jiff::Timestamp {
    "2026-11-21T05:20:34Z".parse().unwrap()
}

fn world(namespace: &str) -> Index {
    let mut index = Index::new(namespace);
    for kind in KINDS {
        index.apply(Change::Listing { kind: kind.kind });
    }
    for line in OBJECTS.lines() {
        index.apply(Change::Applied(Box::new(read(&serde_json::from_str(line).unwrap()))));
    }
    for kind in KINDS {
        index.apply(Change::Synced { kind: kind.kind });
    }
    index
}

/// Causes by what they are about, generated suffixes cut off.
fn causes_of(namespace: &str) -> BTreeMap<String, String> {
    let all = causes::all(&world(namespace), now());
    all.iter().map(|finding| (subject(finding), finding.code.clone())).collect()
}

fn subject(finding: &Finding) -> String {
    let (kind, name) = finding.subject.split_once('/').unwrap();
    let words: Vec<&str> = name.split('-').take_while(|word| !word.chars().any(|c| c.is_ascii_digit())).collect();
    format!("{kind}/{}", words.join("-"))
}

#[test]
fn each_thing_that_was_broken_is_named() {
    let expected = [
        ("Ingress/web", "no-default-ingress-class"),
        ("PersistentVolumeClaim/by-hand", "no-matching-volume"),
        ("PersistentVolumeClaim/missing-claim", "claim-missing"),
        ("PersistentVolumeClaim/no-class", "storage-class-missing"),
        ("PersistentVolumeClaim/shared", "storage-not-shared"),
        ("Pod/cpu", "not-enough-cpu"),
        ("Pod/crash", "crash-loop"),
        ("Pod/denied", "image-denied"),
        ("Pod/envkey", "key-missing"),
        ("Pod/fails", "pod-failed"),
        ("Pod/gpu", "no-gpu-node"),
        ("Pod/invalid", "image-name-invalid"),
        ("Pod/label", "no-node-with-label"),
        ("Pod/liveness", "liveness-kills"),
        ("Pod/memory", "not-enough-memory"),
        ("Pod/nocommand", "container-cannot-start"),
        ("Pod/not-found", "image-not-found"),
        ("Pod/oom", "out-of-memory"),
        ("Pod/probe", "probe-failing"),
        ("ReplicaSet/nosa", "service-account-missing"),
        ("Secret/missing-secret", "secret-missing"),
        ("Secret/missing-volume-secret", "secret-missing"),
    ];
    let expected = expected.map(|(subject, code)| (subject.to_owned(), code.to_owned())).into_iter().collect();
    assert_eq!(causes_of("health-try"), expected);
}

#[test]
fn refusals_are_read_where_there_is_no_pod() {
    for (namespace, deployment, code) in [
        ("health-try-quota", "quota", "quota-exceeded"),
        ("health-try-psa", "psa", "pod-security"),
        ("health-try-limits", "limits", "limit-range"),
    ] {
        let verdict = rules::evaluate(&world(namespace), &Expect::Deployment(deployment.into()), now());
        let Verdict::Blocked(finding) = &verdict else { panic!("{namespace}: {verdict:?}") };
        assert_eq!(finding.code, code);
        assert!(causes_of(namespace).values().all(|found| found == code), "{:?}", causes_of(namespace));
    }
    let sets = world("health-try-psa");
    for expect in [Expect::StatefulSet("psa-set".into()), Expect::DaemonSet("psa-daemon".into())] {
        let verdict = rules::evaluate(&sets, &expect, now());
        assert_eq!(verdict.finding().map(|finding| finding.code.as_str()), Some("pod-security"), "{expect:?}");
    }
}

#[test]
fn what_works_is_ready_and_what_nobody_uses_yet_does_not_wait() {
    let index = world("health-try");
    let verdict = |expect: Expect| rules::evaluate(&index, &expect, now());
    assert_eq!(verdict(Expect::Deployment("ready".into())), Verdict::ready());
    assert_eq!(verdict(Expect::Service("ready".into())), Verdict::ready());
    assert_eq!(verdict(Expect::Claim("unused".into())), Verdict::noted("will be made when first used"));
    let Verdict::Failed(finding) = verdict(Expect::Job("fails".into())) else { panic!("the job failed") };
    assert_eq!(finding.title, "the job `fails` failed: `main` failed: exit code 1");
}

#[test]
fn sentences_hold_the_names_and_numbers() {
    let all = causes::all(&world("health-try"), now());
    let title = |name: &str| all.iter().find(|one| subject(one) == name).map(|one| one.title.as_str()).unwrap();
    assert_eq!(
        title("Pod/not-found"),
        "image docker.io/nobody/nothing:1.0 does not exist in registry docker.io (a typo, or it was removed)"
    );
    assert_eq!(title("Pod/oom"), "`main` used more memory than its limit (20 MiB) and was stopped");
    assert_eq!(title("Pod/crash"), "`main` ends soon after it starts: exit code 3 (4 restarts)");
    assert_eq!(title("Pod/label"), "it wants a node labelled pool=gpu, and there is none");
    assert_eq!(title("Pod/probe"), "`main` runs, but does not answer at port 8081, path /health");
    assert!(title("Pod/cpu").starts_with("it needs 400 CPU; "), "{}", title("Pod/cpu"));
    assert!(title("Pod/gpu").starts_with("no node offers nvidia.com/gpu"), "{}", title("Pod/gpu"));
}
