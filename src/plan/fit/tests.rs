//! What is placed, and what is said, for answers and nodes of many kinds.
use std::collections::BTreeMap;

use super::*;
use crate::answers::{
    facts::{NodeFact, UsedFact},
    layers::{Layers, Origin},
    resolve,
};

const GIB: u64 = 1 << 30;

/// A node that nobody else uses.
fn node(name: &str, cpu: u64, gib: u64) -> NodeFact {
    NodeFact {
        name: name.to_owned(),
        cpu_millis: cpu * 1000,
        memory_bytes: gib * GIB,
        used: Some(UsedFact::default()),
        ..NodeFact::default()
    }
}

fn gpu_node(name: &str, gpus: u64, taint: Option<&str>) -> NodeFact {
    NodeFact {
        gpus: BTreeMap::from([("nvidia.com/gpu".to_owned(), gpus)]),
        taints: taint.into_iter().map(str::to_owned).collect(),
        ..node(name, 32, 126)
    }
}

fn facts(nodes: Vec<NodeFact>) -> Facts {
    Facts { server_version: Some("v1.36.0".to_owned()), nodes, ..Facts::default() }
}

fn of_answers(said: &[(&str, &str)], facts: &Facts) -> Fit {
    let mut layers = Layers::new();
    for (key, text) in said {
        layers.set(Origin::Typed, key, text).unwrap();
    }
    of(&resolve::sketch(&layers.merged(), facts), facts)
}

/// Ray alone, with these pools; the head takes 1 CPU and 4 GiB, the operator 0.1 CPU and 0.5 GiB.
fn with_pools(pools: &str, nodes: Vec<NodeFact>) -> Fit {
    let ray = [("components.jupyterhub", "false"), ("components.dask", "false"), ("ray.pools", pools)];
    of_answers(&ray, &facts(nodes))
}

/// The one sentence that begins with a subject.
fn about<'f>(fit: &'f Fit, subject: &str) -> &'f Verdict {
    let found: Vec<&Verdict> = fit.verdicts.iter().filter(|verdict| verdict.words.starts_with(subject)).collect();
    match found.as_slice() {
        [one] => one,
        _ => panic!("{subject}: {:#?}", fit.verdicts),
    }
}

fn key_of(verdict: &Verdict) -> &str {
    verdict.key.as_deref().unwrap_or_default()
}

fn fix_of(verdict: &Verdict) -> (&str, &str) {
    verdict.fix.as_ref().map(|fix| (fix.key.as_str(), fix.text.as_str())).unwrap_or_default()
}

#[test]
fn what_fits_is_placed_and_said_together() {
    let fit = of_answers(&[], &facts(vec![node("a", 16, 64)]));
    assert_eq!((fit.known, fit.refuses(), fit.verdicts.len()), (Known::Free, false, 4), "{:#?}", fit.verdicts);
    let parts = "Ray head, KubeRay operator, hub, proxy, Dask Gateway, its controller, its proxy, a Dask cluster's scheduler fit";
    assert_eq!(fit.verdicts[0].words, parts);
    assert_eq!(about(&fit, "pool `small`").words, "pool `small`: 1 worker fits");
    // 64 GiB less 4 of the head, 4 of the worker and half a one of the operator, a GiB each.
    assert_eq!(about(&fit, "a notebook").words, "a notebook: room for 55 at once");
    assert_eq!(about(&fit, "a Dask cluster:").words, "a Dask cluster: up to 2 workers fit");
    let node = &fit.nodes[0];
    assert_eq!((node.always.cpu_millis, node.always.memory), (2_100, 8 * GIB + GIB / 2));
    assert_eq!((node.most.cpu_millis, node.most.memory), (3_100, 7 * GIB));
    assert_eq!(summary(&fit), ["everything fits"]);
}

#[test]
fn a_worker_that_is_larger_than_the_freest_node_names_both_and_the_change() {
    let used = UsedFact { memory_bytes: 4 * GIB, ..UsedFact::default() };
    let nodes = vec![NodeFact { used: Some(used), ..node("a", 16, 62) }, node("b", 16, 31)];
    let fit = with_pools("[{name: small}, {name: big, memory: 64Gi}]", nodes);
    let verdict = about(&fit, "pool `big`");
    assert_eq!(verdict.standing, Fitness::No);
    assert_eq!(verdict.words, "pool `big`: one worker needs 64 GiB memory; the freest node has 58 GiB of 62 GiB free");
    assert_eq!(
        verdict.advice.as_deref(),
        Some("make it at most 49 GiB, or add a node with 64 GiB free"),
        "beside head and operator"
    );
    assert_eq!((key_of(verdict), fix_of(verdict)), ("ray.pools[1].memory", ("ray.pools[1].memory", "49Gi")));
    assert_eq!(fit.verdicts[0], *verdict, "the worst comes first");
    assert_eq!((fit.row("ray.pools[1].memory"), fit.row("ray.pools[0]")), (Some("fits nowhere"), Some("1 of 1 fit")));
    assert_eq!(summary(&fit)[0], "1 thing does not fit");
    assert!(summary(&fit)[1].starts_with("pool `big`: one worker needs"), "{:?}", summary(&fit));
}

#[test]
fn the_change_that_is_proposed_mends_it() {
    for (pools, nodes) in [
        ("[{name: a, memory: 64Gi}]", vec![node("n", 16, 40)]),
        ("[{name: a, cpu: \"24\"}]", vec![node("n", 16, 64), node("m", 4, 8)]),
        ("[{name: a, gpus: 1}]", vec![gpu_node("n", 4, Some("nvidia.com/gpu=present:NoSchedule")), node("m", 8, 32)]),
        ("[{name: a, gpus: 8}]", vec![gpu_node("n", 4, None)]),
        ("[{name: a, gpus: 1, gpu-resource: amd.com/gpu}]", vec![gpu_node("n", 4, None)]),
        ("[{name: a, min: 9, max: 9, memory: 8Gi}]", vec![node("n", 16, 64)]),
        ("[{name: a, max: 9, memory: 8Gi}]", vec![node("n", 16, 64)]),
    ] {
        let ray = [("components.jupyterhub", "false"), ("components.dask", "false"), ("ray.pools", pools)];
        let facts = facts(nodes);
        let fit = of_answers(&ray, &facts);
        let (key, text) = fix_of(about(&fit, "pool `a`"));
        let mended = of_answers(&ray.into_iter().chain([(key, text)]).collect::<Vec<_>>(), &facts);
        assert!(!mended.refuses(), "{pools}: {key}={text}: {:#?}", mended.verdicts);
    }
}

#[test]
fn a_pool_that_grows_fits_in_part() {
    let fit = with_pools("[{name: small, min: 2, max: 8, memory: 8Gi}]", vec![node("a", 16, 32), node("b", 16, 32)]);
    let verdict = about(&fit, "pool `small`");
    // The head takes its 4 GiB and its autoscaler's half a one on one of the nodes.
    assert_eq!(verdict.words, "pool `small`: 7 of 8 workers fit, then memory is used up");
    assert_eq!((verdict.standing, key_of(verdict)), (Fitness::Warning, "ray.pools[0].max"));
    assert_eq!(fix_of(verdict), ("ray.pools[0].max", "7"));
    assert_eq!((fit.row("ray.pools[0]"), fit.refuses()), (Some("7 of 8 fit"), false));
    assert_eq!(summary(&fit)[0], "what always runs fits, but not all that may run beside it");
}

#[test]
fn workers_that_always_run_and_find_no_place_are_no_mere_warning() {
    let fit = with_pools("[{name: small, min: 4, max: 4, cpu: \"4\"}]", vec![node("a", 10, 64)]);
    let verdict = about(&fit, "pool `small`");
    assert_eq!(verdict.words, "pool `small`: 2 of 4 workers that always run fit, then CPU is used up");
    assert_eq!((verdict.standing, key_of(verdict)), (Fitness::No, "ray.pools[0].min"));
}

#[test]
fn a_taint_without_toleration_is_named_with_the_toleration() {
    let nodes = vec![node("a", 16, 64), gpu_node("g", 4, Some("nvidia.com/gpu=:NoSchedule"))];
    let pools = "[{name: train, gpus: 1, tolerations: [\"team=ml:NoSchedule\"]}]";
    let fit = with_pools(pools, nodes.clone());
    let verdict = about(&fit, "pool `train`");
    assert_eq!(
        verdict.words,
        "pool `train`: every node with nvidia.com/gpu is reserved (taint nvidia.com/gpu:NoSchedule)"
    );
    let fix = ("ray.pools[0].tolerations", "team=ml:NoSchedule,nvidia.com/gpu:NoSchedule");
    assert_eq!(fix_of(verdict), fix);
    for toleration in ["nvidia.com/gpu", "nvidia.com/gpu:NoSchedule", "nvidia.com/gpu=:NoSchedule"] {
        let fit = with_pools(&format!("[{{name: train, gpus: 1, tolerations: [\"{toleration}\"]}}]"), nodes.clone());
        assert!(!fit.refuses(), "{toleration}: {:#?}", fit.verdicts);
    }
    for toleration in ["nvidia.com/gpu=other:NoSchedule", "nvidia.com/gpu:NoExecute", "other"] {
        let fit = with_pools(&format!("[{{name: train, gpus: 1, tolerations: [\"{toleration}\"]}}]"), nodes.clone());
        assert!(fit.refuses(), "{toleration}");
    }
}

/// Of a pool with these answers, one worker fits none of the nodes: why, and the answer behind it.
fn expect_refused(pool: &str, nodes: Vec<NodeFact>, expected: &str, key: &str) {
    let fit = with_pools(&format!("[{{name: p{pool}}}]"), nodes);
    let verdict = about(&fit, "pool `p`");
    assert_eq!(verdict.words, format!("pool `p`: {expected}"));
    assert_eq!((key_of(verdict), verdict.standing), (key, Fitness::No), "{expected}");
}

#[test]
fn nodes_that_take_nobody_have_the_words_of_the_causes() {
    let cordoned = NodeFact { closed: Some(Closed::Cordoned), ..node("a", 16, 64) };
    let tainted = |taint: &str| NodeFact { taints: vec![taint.to_owned()], ..node("a", 16, 64) };
    let faulty = tainted("node.kubernetes.io/not-ready=:NoExecute");
    let control = tainted("node-role.kubernetes.io/control-plane=:NoSchedule");
    let full = NodeFact { pods: Some(0), ..node("a", 16, 64) };
    let reserved = "the nodes that could take it are reserved (taint node-role.kubernetes.io/control-plane:NoSchedule)";
    expect_refused("", vec![cordoned], "the nodes that could take it are closed to new pods", "");
    expect_refused("", vec![faulty], "the nodes that could take it are in trouble", "");
    expect_refused("", vec![control], reserved, "ray.pools[0].tolerations");
    expect_refused("", vec![full], "every node has as many pods as it may have", "");
}

#[test]
fn what_no_node_has_has_the_words_of_the_causes() {
    let busy = UsedFact { gpus: BTreeMap::from([("nvidia.com/gpu".to_owned(), 4)]), ..UsedFact::default() };
    let busy = NodeFact { used: Some(busy), ..gpu_node("g", 4, None) };
    let lean = vec![node("a", 64, 3), node("b", 1, 64)];
    let plain = || vec![node("a", 16, 64)];
    for (pool, nodes, expected, key) in [
        ("cpu: \"4\"", lean, "one worker needs 4 CPU and 4 GiB memory, and no node has both free", "memory"),
        ("cpu: \"20\"", plain(), "one worker needs 20 CPU; the largest node has 16", "cpu"),
        (
            "gpus: 1",
            plain(),
            "no node offers nvidia.com/gpu to Kubernetes: the device plugin is not running, or there is no such GPU",
            "gpus",
        ),
        (
            "gpus: 2",
            vec![gpu_node("g", 1, None)],
            "one worker asks for 2 nvidia.com/gpu, and no node has more than 1",
            "gpus",
        ),
        (
            "gpus: 1",
            vec![busy],
            "all 4 nvidia.com/gpu of the cluster are in use, or too few are left on one node",
            "gpus",
        ),
        (
            "node-selector: {disk: fast}",
            plain(),
            "one worker wants a node labelled disk=fast, and there is none",
            "node-selector",
        ),
    ] {
        expect_refused(&format!(", {pool}"), nodes, expected, &format!("ray.pools[0].{key}"));
    }
}

#[test]
fn pods_without_a_gpu_leave_the_gpu_nodes_to_those_who_need_them() {
    let nodes = vec![gpu_node("gpu", 2, None), node("plain", 16, 64)];
    let fit = with_pools("[{name: small, min: 3, max: 3}, {name: train, gpus: 1, cpu: \"30\"}]", nodes);
    assert!(!fit.refuses(), "{:#?}", fit.verdicts);
    let [gpu, plain] = fit.nodes.as_slice() else { panic!("{:#?}", fit.nodes) };
    assert_eq!((gpu.always.cpu_millis, gpu.gpus()), (30_000, [2, 1, 0]));
    assert_eq!(plain.always.pods, 5, "three workers, head and operator");
}

#[test]
fn a_label_binds_pods_to_its_nodes() {
    let labels = BTreeMap::from([("disk".to_owned(), "fast".to_owned())]);
    let nodes = vec![node("a", 64, 256), NodeFact { labels, ..node("fast", 8, 32) }];
    let fit = with_pools("[{name: p, min: 9, max: 9, node-selector: {disk: fast}}]", nodes);
    assert_eq!(about(&fit, "pool `p`").words, "pool `p`: 8 of 9 workers that always run fit, then memory is used up");
    assert_eq!(fit.nodes[1].always.pods, 8);
}

#[test]
fn profiles_request_what_they_are_guaranteed_and_say_how_many_find_room() {
    let profiles = "[{name: Small, cpu: \"2\", memory: 4Gi}, {name: Huge, memory: 256Gi}, {name: Tiny, memory: 512Mi}, {name: GPU, gpus: 1}]";
    let said = [("components.ray", "false"), ("components.dask", "false"), ("profiles", profiles)];
    let nodes = vec![node("a", 4, 16), gpu_node("g", 4, Some("sku=gpu:NoSchedule"))];
    let fit = of_answers(&said, &facts(nodes));
    // A GiB and a tenth of a core each.
    assert_eq!(fit.row("profiles[0]"), Some("16 at once"));
    assert_eq!(fit.row("profiles[2]"), Some("32 at once"));
    assert_eq!(
        about(&fit, "profile `Huge`: people").words,
        "profile `Huge`: people may use up to 256 GiB memory, and no node has more than 16 GiB"
    );
    let gpu = about(&fit, "profile `GPU`");
    assert_eq!((gpu.standing, fix_of(gpu)), (Fitness::No, ("profiles[3].tolerations", "sku=gpu:NoSchedule")));
}

#[test]
fn the_hub_keeps_to_nodes_that_are_meant_for_it() {
    let dedicated =
        |to: &str| NodeFact { taints: vec![format!("hub.jupyter.org/dedicated={to}:NoSchedule")], ..node(to, 8, 32) };
    let said = [("components.ray", "false"), ("components.dask", "false")];
    let fit = of_answers(&said, &facts(vec![dedicated("core"), dedicated("user")]));
    assert!(!fit.refuses(), "{:#?}", fit.verdicts);
    assert_eq!((fit.nodes[0].always.pods, fit.nodes[1].most.memory), (2, GIB));
}

#[test]
fn a_dask_cluster_is_counted_as_its_limits_allow() {
    let said = [
        ("components.ray", "false"),
        ("components.jupyterhub", "false"),
        ("dask.cluster-cpu", "9"),
        ("dask.cluster-workers", "40"),
    ];
    let fit = of_answers(&said, &facts(vec![node("a", 16, 12)]));
    let verdict = about(&fit, "a Dask cluster:");
    // Nine cores are a scheduler and eight workers; of 12 GiB, six pods of two.
    assert_eq!(verdict.words, "a Dask cluster: 5 of 8 workers fit, then memory is used up");
    assert_eq!((verdict.standing, key_of(verdict)), (Fitness::Warning, "dask.cluster-workers"));
}

#[test]
fn without_autoscaling_the_maximum_means_nothing() {
    let ray = [
        ("components.jupyterhub", "false"),
        ("components.dask", "false"),
        ("ray.autoscaling", "false"),
        ("ray.pools", "[{name: p, min: 1, max: 900}]"),
    ];
    let fit = of_answers(&ray, &facts(vec![node("a", 16, 64)]));
    assert_eq!(fit.row("ray.pools[0]"), Some("1 of 1 fit"));
}

#[test]
fn what_is_not_known_is_said_and_nothing_is_claimed() {
    let nothing = of_answers(&[], &Facts::default());
    assert_eq!((nothing.known, nothing.verdicts.len(), nothing.row("ray.pools[0]")), (Known::Nothing, 0, None));
    assert_eq!(
        summary(&nothing),
        ["the target was not looked at; the answers ask for 2.1 CPU and 8.5 GiB always, 5.2 CPU and 15.5 GiB at most"]
    );
    let hidden = Facts { unseen: ["nodes".to_owned()].into(), ..facts(Vec::new()) };
    assert_eq!(of_answers(&[], &hidden).known, Known::Hidden);
    let none = of_answers(&[], &facts(Vec::new()));
    assert_eq!((none.known, none.verdicts[0].words.as_str()), (Known::Free, "the cluster has no nodes"));
    let blind = NodeFact { used: None, ..node("a", 16, 62) };
    let blind = Facts { unseen: ["pods".to_owned()].into(), ..facts(vec![blind]) };
    let fit = of_answers(&[("ray.pools", "[{name: p}, {name: big, memory: 64Gi}]")], &blind);
    assert_eq!(about(&fit, "pool `p`").words, "pool `p`: 1 worker fits on empty nodes");
    assert!(about(&fit, "pool `big`").words.ends_with("the largest node has 62 GiB, less what other pods use"));
    assert!(fit.notes[0].contains("may not list pods"), "{:?}", fit.notes);
    assert_eq!(fit.row("ray.pools[0]"), Some("1 of 1 may fit"));
}

#[test]
fn nodes_that_take_nothing_and_nodes_that_grow_are_said() {
    let closed = NodeFact { closed: Some(Closed::Cordoned), ..node("b", 16, 64) };
    let labels = BTreeMap::from([("cloud.google.com/gke-nodepool".to_owned(), "p".to_owned())]);
    let fit = with_pools("[]", vec![NodeFact { labels, ..node("a", 16, 64) }, closed]);
    assert!(fit.notes.iter().any(|note| note.starts_with("b is closed to new pods")), "{:?}", fit.notes);
    assert!(fit.notes.iter().any(|note| note.contains("grow by themselves")), "{:?}", fit.notes);
    assert_eq!(fit.nodes[1].always, Amounts::default());
}

#[test]
fn absurd_numbers_are_no_danger() {
    let pools = "[{name: a, memory: 9999999P, cpu: \"10000\", min: 10000, max: 10000}, {name: b, min: 10000, max: 10000, memory: 1Mi, cpu: 1m}]";
    let fit = with_pools(
        pools,
        vec![node("a", 16, 64), NodeFact { cpu_millis: u64::MAX, memory_bytes: u64::MAX, ..node("b", 1, 1) }],
    );
    assert!(fit.refuses() && fit.always.memory == u64::MAX, "{:?}", fit.always);
    assert_eq!(fit.row("ray.pools[1]"), Some("10000 of 10000 fit"));
}

#[test]
fn the_same_answers_on_the_same_nodes_are_the_same_picture() {
    let nodes: Vec<NodeFact> = (0..40).map(|index| node(&format!("n{index}"), 8 + index % 3, 30)).collect();
    let pools: Vec<String> =
        (0..20).map(|index| format!("{{name: p{index}, min: 1, max: 30, memory: {}Gi}}", 1 + index % 7)).collect();
    let pools = format!("[{}]", pools.join(", "));
    assert_eq!(with_pools(&pools, nodes.clone()), with_pools(&pools, nodes.clone()));
    let fit = with_pools(&pools, nodes);
    for node in &fit.nodes {
        let mut taken = node.always.clone();
        taken.add(&node.most, 1);
        assert!(taken.memory <= node.all.memory && taken.cpu_millis <= node.all.cpu_millis, "{node:?}");
    }
    assert_eq!(fit.groups.iter().map(|group| group.count).collect::<Vec<_>>(), [14, 13, 13]);
}

#[test]
fn on_this_machine_amounts_are_shared_and_only_missing_gpus_are_refused() {
    let machine = |said: &[(&str, &str)], node: NodeFact| {
        let said: Vec<(&str, &str)> =
            [("target.kind", "this-machine")].into_iter().chain(said.iter().copied()).collect();
        of_answers(&said, &Facts { nodes: vec![node], ..Facts::default() })
    };
    let plain = machine(&[], node("laptop", 8, 16));
    assert!(
        !plain.refuses() && plain.verdicts.iter().all(|verdict| verdict.standing == Fitness::Fits),
        "{:#?}",
        plain.verdicts
    );
    let pools = "[{name: p, min: 3, cpu: \"4\", memory: 6Gi}]";
    let used = UsedFact { memory_bytes: 4 * GIB, ..UsedFact::default() };
    let tight = machine(&[("ray.pools", pools)], NodeFact { used: Some(used), ..node("laptop", 8, 16) });
    let words: Vec<&str> = tight.verdicts.iter().map(|verdict| verdict.words.as_str()).collect();
    assert!(words.contains(&"Ray: tasks may count on 19 GiB memory, and 12 GiB are free"), "{words:#?}");
    assert!(words.contains(&"Ray: tasks may count on 14 CPU, and there are 8: they share them"), "{words:#?}");
    assert_eq!((tight.refuses(), tight.row("ray.pools[0]")), (false, Some("1 of 3 fit")));
    let gpu = machine(&[("ray.pools", "[{name: p, gpus: 1}]")], node("laptop", 8, 16));
    assert_eq!(about(&gpu, "pool `p`").words, "pool `p`: no GPU of this machine works");
}
