//! Fit on this machine: one node, and nothing is held to what it asks for. What the answers say is what Ray and Dask hand out
//! to tasks; where that is more than there is, programs share, or run out. Must not place anything.
use super::{Amounts, Fit, Fitness, Fix, Known, NodeFit, Verdict, demand};
use crate::{
    answers::{
        facts::{Facts, NodeFact},
        figures,
        spec::{Dask, Pool, Ray, Resources, Spec},
    },
    plan::graph::DaskCheck,
};

/// What is handed out.
struct Share {
    /// Who hands it out.
    who: &'static str,
    always: Amounts,
    most: Amounts,
    /// The answers that decide it.
    keys: [&'static str; 2],
}

/// How a spec fits on this machine.
pub fn fit(spec: &Spec, facts: &Facts) -> Fit {
    let shares: Vec<Share> = [spec.ray.as_ref().map(ray), spec.dask.as_ref().map(dask)].into_iter().flatten().collect();
    let total = |of: fn(&Share) -> &Amounts| {
        shares.iter().fold(Amounts::default(), |mut sum, share| {
            sum.add(of(share), 1);
            sum
        })
    };
    let (always, most) = (total(|share| &share.always), total(|share| &share.most));
    let Some(node) = facts.nodes.first() else { return Fit { always, most, ..Fit::default() } };
    let picture = picture(node, always.clone(), most.without(&always));
    let verdicts = shares.iter().flat_map(|share| verdicts(share, &picture)).collect::<Vec<_>>();
    let gpus = spec.ray.iter().flat_map(|ray| gpus(ray, node));
    let fitting = Verdict::fits(
        "hub, proxy and people's servers: they use what is there, and are not held to any amount".to_owned(),
    );
    let hub = spec.hub.iter().map(|_| fitting.clone());
    Fit {
        known: Known::Free,
        verdicts: verdicts.into_iter().chain(gpus).chain(hub).collect(),
        rows: spec.ray.iter().flat_map(|ray| rows(ray, node)).collect(),
        notes: vec!["on this machine amounts are what tasks may count on; nothing is held to them".to_owned()],
        nodes: vec![picture],
        always,
        most,
        ..Fit::default()
    }
}

fn picture(node: &NodeFact, always: Amounts, most: Amounts) -> NodeFit {
    NodeFit {
        name: node.name.clone(),
        all: Amounts::offered(node),
        others: node.used.as_ref().map(Amounts::used).unwrap_or_default(),
        always,
        most,
        ..NodeFit::default()
    }
}

/// Ray and Dask count whole cores here.
fn handed_out(resources: &Resources) -> Amounts {
    Amounts::pod(resources.cpu.whole().max(1).saturating_mul(1000), resources.memory.whole())
}

fn worker(pool: &Pool) -> Amounts {
    Amounts { gpus: Amounts::of(&pool.resources, pool.gpus.as_ref()).gpus, ..handed_out(&pool.resources) }
}

fn ray(ray: &Ray) -> Share {
    let mut all = handed_out(&ray.head);
    ray.pools.iter().for_each(|pool| all.add(&worker(pool), pool.min.into()));
    let keys = if ray.pools.iter().any(|pool| pool.min > 0) {
        ["ray.pools[0].memory", "ray.pools[0].cpu"]
    } else {
        ["ray.head-memory", "ray.head-cpu"]
    };
    Share { who: "Ray", most: all.clone(), always: all, keys }
}

/// Nothing until somebody makes a cluster: at most one at its limits, or as small as the verification's.
fn dask(dask: &Dask) -> Share {
    let mut most = handed_out(&dask.scheduler);
    most.add(&handed_out(&dask.worker), demand::workers(dask).unwrap_or(DaskCheck::WORKERS).into());
    Share { who: "a Dask cluster", always: Amounts::default(), most, keys: ["dask.worker-memory", "dask.worker-cpu"] }
}

fn verdicts(share: &Share, node: &NodeFit) -> Vec<Verdict> {
    let free = node.all.without(&node.others);
    let asks = &share.most;
    let memory = (asks.memory > free.memory).then(|| {
        let (asks, free) = (figures::bytes(asks.memory), figures::bytes(free.memory));
        warn(share.keys[0], format!("{}: tasks may count on {asks} memory, and {free} are free", share.who))
    });
    let cpu = (asks.cpu_millis > node.all.cpu_millis).then(|| {
        let (asks, all) = (figures::cpu(asks.cpu_millis), figures::cpu(node.all.cpu_millis));
        warn(
            share.keys[1],
            format!("{}: tasks may count on {asks} CPU, and there are {all}: they share them", share.who),
        )
    });
    let short: Vec<Verdict> = memory.into_iter().chain(cpu).collect();
    if short.is_empty() { vec![Verdict::fits(format!("{} fits", share.who))] } else { short }
}

fn warn(key: &str, words: String) -> Verdict {
    Verdict {
        standing: Fitness::Warning,
        words,
        advice: Some("hand out less, or end what needs much here".to_owned()),
        key: Some(key.to_owned()),
        fix: None,
    }
}

/// Ray believes in GPUs that it is told of.
fn gpus<'a>(ray: &'a Ray, node: &'a NodeFact) -> impl Iterator<Item = Verdict> + 'a {
    let there: u64 = node.gpus.values().sum();
    let asked: u64 = ray.pools.iter().map(gpus_of).fold(0, u64::saturating_add);
    let pool = ray.pools.iter().enumerate().find(|(_, pool)| gpus_of(pool) > 0).filter(|_| asked > there);
    pool.into_iter().map(move |(index, pool)| {
        let key = format!("ray.pools[{index}].gpus");
        let words = match there {
            0 => "no GPU of this machine works".to_owned(),
            there => format!("workers ask for {asked} GPUs, and this machine has {there}"),
        };
        Verdict {
            standing: Fitness::No,
            words: format!("pool `{}`: {words}", pool.name),
            advice: Some("ask for fewer; `nvidia-smi -L` lists what the driver knows".to_owned()),
            fix: (there == 0).then(|| Fix { key: key.clone(), text: "0".to_owned() }),
            key: Some(key),
        }
    })
}

fn gpus_of(pool: &Pool) -> u64 {
    pool.gpus.as_ref().map_or(0, |gpus| u64::from(gpus.count).saturating_mul(pool.min.into()))
}

fn rows<'a>(ray: &'a Ray, node: &'a NodeFact) -> impl Iterator<Item = (String, String)> + 'a {
    let mut free = Amounts::offered(node);
    if let Some(used) = &node.used {
        free.memory = free.memory.saturating_sub(used.memory_bytes);
    }
    // Programs share CPUs.
    free.cpu_millis = u64::MAX;
    free.take(&handed_out(&ray.head), 1);
    ray.pools.iter().enumerate().map(move |(index, pool)| {
        let one = worker(pool);
        let fits = free.holds(&one).min(pool.min.into());
        free.take(&one, fits);
        (format!("ray.pools[{index}]"), format!("{fits} of {} fit", pool.min))
    })
}
