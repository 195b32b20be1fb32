//! What the answers ask for on a cluster: pods of one kind with what each requests, how many there always are and at most,
//! where they may run, and the answers that decide it. Must not know nodes.
use crate::{
    answers::spec::{Dask, Hub, Placement, Pool, Profile, Ray, Resources, Spec, Tls, Toleration},
    plan::{components::jupyterhub, graph::DaskCheck},
};

use super::Amounts;

/// CPU and memory of KubeRay's operator: limits of its chart, and so its requests (kuberay-operator 1.7, `resources`).
const OPERATOR: (u64, u64) = (100, 512 << 20);
/// Of the autoscaler beside Ray's head: the operator's own (ray-cluster 1.7, `head.autoscalerOptions`).
const AUTOSCALER: (u64, u64) = (500, 512 << 20);

/// Pods of one kind.
#[derive(Debug, Clone)]
pub struct Demand {
    /// What it is, as a person calls it: ``pool `big` ``.
    pub subject: String,
    /// What is many of it.
    pub kind: Kind,
    /// What one pod requests by its own answers.
    pub own: Amounts,
    /// What one pod requests, with what stands beside it.
    pub asks: Amounts,
    /// How many always run.
    pub always: u32,
    /// How many run at most, at least `always`.
    pub most: u32,
    /// Where it may run.
    pub placement: Placement,
    /// Answers that decide it.
    pub keys: Keys,
}

/// What is many of a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A single part that always runs.
    Part,
    /// Workers.
    Workers,
    /// Servers of people.
    Servers,
}

/// Answers that decide a demand; `None`: no answer does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The row of a table: `ray.pools[1]`.
    pub row: Option<String>,
    /// Memory of one.
    pub memory: Option<String>,
    /// CPU of one.
    pub cpu: Option<String>,
    /// How many always run.
    pub always: Option<String>,
    /// How many at most.
    pub most: Option<String>,
}

impl Keys {
    /// A field of the row, where it is one.
    pub fn field(&self, name: &str) -> Option<String> {
        self.row.as_ref().map(|row| format!("{row}.{name}"))
    }
}

/// Everything that the answers ask for, in the order of the questions. What asks for no CPU and no memory still is a pod.
pub fn of(spec: &Spec) -> Vec<Demand> {
    let operator = spec.ray.iter().filter(|_| spec.charts.operator).map(|_| operator());
    let ray = spec.ray.iter().flat_map(ray);
    let hub = spec.hub.iter().flat_map(hub);
    let dask = spec.dask.iter().flat_map(dask);
    ray.chain(operator).chain(hub).chain(dask).collect()
}

fn part(subject: &str, asks: Amounts) -> Demand {
    Demand {
        subject: subject.to_owned(),
        kind: Kind::Part,
        own: asks.clone(),
        asks,
        always: 1,
        most: 1,
        placement: Placement::default(),
        keys: Keys::default(),
    }
}

/// The charts of hub and gateway request nothing for their own parts (zero-to-jupyterhub 4.4 and dask-gateway 2026.3:
/// `resources: {}`).
fn modest(subject: &str) -> Demand {
    part(subject, Amounts::pod(0, 0))
}

fn operator() -> Demand {
    part("KubeRay operator", Amounts::pod(OPERATOR.0, OPERATOR.1))
}

fn ray(ray: &Ray) -> Vec<Demand> {
    let pools = ray.pools.iter().enumerate().map(|(index, one)| pool(index, one, ray.autoscaling));
    std::iter::once(head(ray)).chain(pools).collect()
}

fn head(ray: &Ray) -> Demand {
    let mut head = part("Ray head", Amounts::of(&ray.head, None));
    if ray.autoscaling {
        head.asks.add(&Amounts { pods: 0, ..Amounts::pod(AUTOSCALER.0, AUTOSCALER.1) }, 1);
    }
    head.keys = keys("ray.head-");
    head
}

fn keys(prefix: &str) -> Keys {
    Keys { memory: Some(format!("{prefix}memory")), cpu: Some(format!("{prefix}cpu")), ..Keys::default() }
}

/// Without autoscaling a pool keeps its minimum.
fn pool(index: usize, pool: &Pool, autoscaling: bool) -> Demand {
    let row = format!("ray.pools[{index}]");
    let asks = Amounts::of(&pool.resources, pool.gpus.as_ref());
    Demand {
        subject: format!("pool `{}`", pool.name),
        kind: Kind::Workers,
        own: asks.clone(),
        asks,
        always: pool.min,
        most: if autoscaling { pool.max.max(pool.min) } else { pool.min },
        placement: pool.placement.clone(),
        keys: Keys {
            always: Some(format!("{row}.min")),
            most: Some(format!("{row}.max")),
            row: Some(row.clone()),
            ..keys(&format!("{row}."))
        },
    }
}

fn hub(hub: &Hub) -> Vec<Demand> {
    let certificates = matches!(hub.access.tls, Tls::LetsEncrypt { .. }).then(|| modest("certificate client"));
    let parts = [modest("hub"), modest("proxy")].into_iter().chain(certificates);
    let parts = parts.map(|part| Demand { placement: dedicated("core", Placement::default()), ..part });
    let people: Vec<Demand> = if hub.profiles.is_empty() {
        vec![person("a notebook".to_owned(), Amounts::of(&hub.resources, None), keys("hub."), Placement::default())]
    } else {
        hub.profiles.iter().enumerate().map(|(index, one)| profile(hub, index, one)).collect()
    };
    parts.chain(people).collect()
}

/// Pods of the hub tolerate nodes that are kept for them (zero-to-jupyterhub 4.4, `scheduling.corePods` and `.userPods`).
fn dedicated(to: &str, mut placement: Placement) -> Placement {
    let kept = ["hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated"].map(|key| Toleration {
        key: key.to_owned(),
        value: Some(to.to_owned()),
        effect: Some("NoSchedule".to_owned()),
    });
    placement.tolerations.extend(kept);
    placement
}

fn person(subject: String, asks: Amounts, keys: Keys, placement: Placement) -> Demand {
    Demand {
        subject,
        kind: Kind::Servers,
        own: asks.clone(),
        asks,
        always: 0,
        most: 1,
        placement: dedicated("user", placement),
        keys,
    }
}

/// A server requests what it is guaranteed; up to its limit it only borrows.
fn profile(hub: &Hub, index: usize, profile: &Profile) -> Demand {
    let row = format!("profiles[{index}]");
    let [cpu, memory] = jupyterhub::guaranteed(hub, profile);
    let asks = Amounts::of(&Resources { cpu: cpu.clone(), memory: memory.clone() }, profile.gpus.as_ref());
    let whose = |own: Option<&_>, counts, name: &str| {
        Some(if own == Some(counts) { format!("{row}.{name}") } else { format!("hub.{name}") })
    };
    let keys = Keys {
        cpu: whose(profile.cpu.as_ref(), cpu, "cpu"),
        memory: whose(profile.memory.as_ref(), memory, "memory"),
        row: Some(row.clone()),
        ..Keys::default()
    };
    person(format!("profile `{}`", profile.name), asks, keys, profile.placement.clone())
}

fn dask(dask: &Dask) -> Vec<Demand> {
    let parts = ["Dask Gateway", "its controller", "its proxy"].map(modest);
    let scheduler = Demand {
        always: 0,
        keys: keys("dask.scheduler-"),
        ..part("a Dask cluster's scheduler", Amounts::of(&dask.scheduler, None))
    };
    let workers = Demand {
        kind: Kind::Workers,
        always: 0,
        most: workers(dask).unwrap_or(DaskCheck::WORKERS),
        keys: Keys { most: Some("dask.cluster-workers".to_owned()), ..keys("dask.worker-") },
        ..part("a Dask cluster", Amounts::of(&dask.worker, None))
    };
    parts.into_iter().chain([scheduler, workers]).collect()
}

/// How many workers the limits of a cluster allow, as Dask Gateway counts: its scheduler is a part of it. `None`: no limit.
pub fn workers(dask: &Dask) -> Option<u32> {
    let left = |all: u64, scheduler: u64, worker: u64| all.saturating_sub(scheduler).checked_div(worker);
    let cpu = dask
        .limits
        .cluster_cpu
        .as_ref()
        .and_then(|all| left(all.millis(), dask.scheduler.cpu.millis(), dask.worker.cpu.millis()));
    let memory = dask
        .limits
        .cluster_memory
        .as_ref()
        .and_then(|all| left(all.whole(), dask.scheduler.memory.whole(), dask.worker.memory.whole()));
    let count = dask.limits.cluster_workers.map(u64::from);
    let least = [cpu, memory, count].into_iter().flatten().min()?;
    Some(u32::try_from(least).unwrap_or(u32::MAX))
}
