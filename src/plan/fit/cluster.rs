//! Fit on a cluster: puts down what always runs, then what may run beside it, large before small, and says of each how it
//! fits. Must not know why a node refuses a pod.
use super::{
    Amounts, Fit, Fitness, Fix, Known, Verdict,
    board::{Board, When},
    demand::{self, Demand, Kind},
    obstacle,
};
use crate::answers::{
    facts::{Closed, Facts},
    figures,
    spec::{Hub, Spec},
};

/// More servers than this at once are as good as any number.
const MANY: u64 = 1000;
/// Labels of clouds' node pools, and of Karpenter's.
const NODE_POOLS: &[&str] = &[
    "kubernetes.azure.com/agentpool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "karpenter.sh/nodepool",
    "doks.digitalocean.com/node-pool",
];

/// What became of a demand.
struct Outcome {
    demand: Demand,
    /// Nodes that may take it.
    open: Vec<usize>,
    /// How many found a place of those that always run.
    always: u64,
    /// Of the further ones.
    further: u64,
    /// How many would find a place beside what always runs.
    at_once: u64,
    /// What ran out, where not all found a place.
    short_of: Option<String>,
    /// Why not even one finds a place.
    refused: Option<Verdict>,
}

/// How a spec fits on a cluster.
pub fn fit(spec: &Spec, facts: &Facts) -> Fit {
    let demands = demand::of(spec);
    let mut fit =
        Fit { known: known(facts), always: total(&demands, always), most: total(&demands, most), ..Fit::default() };
    if facts.nodes.is_empty() {
        fit.verdicts.extend((fit.known == Known::Free).then(no_nodes));
        return fit;
    }
    let others_known = fit.known == Known::Free;
    let mut board = Board::new(facts);
    let outcomes = placed(demands, &mut board, others_known);
    fit.verdicts = verdicts(&outcomes, others_known);
    fit.verdicts.extend(spec.hub.iter().flat_map(|hub| limits(hub, &outcomes, &board)));
    fit.rows = outcomes.iter().filter_map(|outcome| outcome.row(others_known)).collect();
    fit.notes = notes(&board, facts, others_known);
    fit.nodes = board.picture();
    fit
}

fn known(facts: &Facts) -> Known {
    let looked = facts.server_version.is_some() || !facts.nodes.is_empty();
    match () {
        () if facts.unseen.contains("nodes") => Known::Hidden,
        () if !looked => Known::Nothing,
        () if facts.unseen.contains("pods") || facts.nodes.iter().any(|node| node.used.is_none()) => Known::Offered,
        () => Known::Free,
    }
}

fn no_nodes() -> Verdict {
    Verdict {
        standing: Fitness::No,
        words: "the cluster has no nodes".to_owned(),
        advice: Some("add one, and look again".to_owned()),
        key: None,
        fix: None,
    }
}

fn always(demand: &Demand) -> u64 {
    demand.always.into()
}

fn most(demand: &Demand) -> u64 {
    demand.most.max(demand.always).into()
}

fn total(demands: &[Demand], count: fn(&Demand) -> u64) -> Amounts {
    demands.iter().fold(Amounts::default(), |mut sum, demand| {
        sum.add(&demand.asks, count(demand));
        sum
    })
}

/// Puts everything down. Where large before small leaves a single part without a place, those go first: nothing works without
/// them, so that it is a pool which is said to lack room.
fn placed(demands: Vec<Demand>, board: &mut Board<'_>, others_known: bool) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = demands.into_iter().map(|demand| Outcome::new(demand, board)).collect();
    let mut order = large_first(&outcomes, board);
    place_always(&mut outcomes, &order, board);
    if outcomes.iter().any(|outcome| outcome.demand.kind == Kind::Part && outcome.short_of.is_some()) {
        board.clear();
        order.sort_by_key(|index| outcomes.get(*index).is_some_and(|outcome| outcome.demand.kind != Kind::Part));
        place_always(&mut outcomes, &order, board);
    }
    for outcome in &mut outcomes {
        outcome.at_once = board.capacity(&outcome.open, &outcome.demand.asks);
    }
    for index in &order {
        if let Some(outcome) = outcomes.get_mut(*index) {
            outcome.place_further(board);
        }
    }
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.always + outcome.further == 0) {
        outcome.refused = obstacle::verdict(&outcome.demand, board, others_known);
    }
    outcomes
}

fn place_always(outcomes: &mut [Outcome], order: &[usize], board: &mut Board<'_>) {
    for index in order {
        if let Some(outcome) = outcomes.get_mut(*index) {
            outcome.place_always(board);
        }
    }
}

/// GPUs first, then what is bound to some nodes, then by the part of the largest node that one pod takes.
fn large_first(outcomes: &[Outcome], board: &Board<'_>) -> Vec<usize> {
    let largest = |of: fn(&Amounts) -> u64| board.seats.iter().map(|seat| of(&seat.room)).max().unwrap_or(0).max(1);
    let (cpu, memory) = (largest(|amounts| amounts.cpu_millis), largest(|amounts| amounts.memory));
    let part = |asked: u64, of: u64| u128::from(asked) * 1_000_000 / u128::from(of);
    let size = |outcome: &Outcome| {
        let asks = &outcome.demand.asks;
        let gpus: u64 = asks.gpus.values().sum();
        let bound = !outcome.demand.placement.node_selector.is_empty();
        (gpus, bound, part(asks.cpu_millis, cpu).max(part(asks.memory, memory)))
    };
    let mut order: Vec<usize> = (0..outcomes.len()).collect();
    order.sort_by_cached_key(|index| std::cmp::Reverse(outcomes.get(*index).map(size)));
    order
}

impl Outcome {
    fn new(demand: Demand, board: &Board<'_>) -> Self {
        let open = board.open_to(&demand);
        Self { demand, open, always: 0, further: 0, at_once: 0, short_of: None, refused: None }
    }

    fn place_always(&mut self, board: &mut Board<'_>) {
        self.short_of = None;
        self.always = board.place(&self.open, &self.demand.asks, always(&self.demand), When::Always);
        self.look_for_shortage(board, self.always < always(&self.demand));
    }

    fn place_further(&mut self, board: &mut Board<'_>) {
        if self.short_of.is_some() {
            return;
        }
        let wanted = most(&self.demand) - always(&self.demand);
        self.further = board.place(&self.open, &self.demand.asks, wanted, When::AtMost);
        self.look_for_shortage(board, self.further < wanted);
    }

    fn look_for_shortage(&mut self, board: &Board<'_>, short: bool) {
        if short {
            self.short_of = Some(board.short_of(&self.open, &self.demand.asks));
        }
    }

    fn placed(&self) -> u64 {
        self.always + self.further
    }

    /// The row of a table with its fit in few words.
    fn row(&self, others_known: bool) -> Option<(String, String)> {
        let row = self.demand.keys.row.clone()?;
        let may = if others_known { "fit" } else { "may fit" };
        let words = match self.demand.kind {
            _ if self.refused.is_some() => "fits nowhere".to_owned(),
            Kind::Servers => at_once(self.at_once),
            Kind::Part | Kind::Workers => format!("{} of {} {may}", self.placed(), most(&self.demand)),
        };
        Some((row, words))
    }

    /// What to say of it; `None`: it is one of those that are named together.
    fn verdict(&self, others_known: bool) -> Option<Verdict> {
        if let Some(refused) = &self.refused {
            return Some(refused.clone());
        }
        let Some(short_of) = &self.short_of else { return self.fits(others_known) };
        let partly = match self.demand.kind {
            Kind::Part => self.beside(short_of),
            Kind::Servers => self.crowded(),
            Kind::Workers if self.always < always(&self.demand) => {
                self.few(self.always, always(&self.demand), short_of)
            }
            Kind::Workers => self.few(self.placed(), most(&self.demand), short_of),
        };
        Some(partly)
    }

    fn fits(&self, others_known: bool) -> Option<Verdict> {
        let subject = &self.demand.subject;
        let on = if others_known { "" } else { " on empty nodes" };
        let (least, most) = (always(&self.demand), most(&self.demand));
        let workers = |count: u64| if count == 1 { "worker fits" } else { "workers fit" };
        match self.demand.kind {
            Kind::Part => None,
            Kind::Servers => Some(Verdict::fits(format!("{subject}: room for {}{on}", at_once(self.at_once)))),
            Kind::Workers if most == 0 => None,
            Kind::Workers if least == most || least == 0 => {
                let up_to = if least == most { "" } else { "up to " };
                Some(Verdict::fits(format!("{subject}: {up_to}{most} {}{on}", workers(most))))
            }
            Kind::Workers => Some(Verdict::fits(format!("{subject}: {least} to {most} {}{on}", workers(most)))),
        }
    }

    /// A part that would fit alone.
    fn beside(&self, short_of: &str) -> Verdict {
        let key = if short_of == "CPU" { &self.demand.keys.cpu } else { &self.demand.keys.memory };
        Verdict {
            standing: if self.demand.always > 0 { Fitness::No } else { Fitness::Warning },
            words: format!("{}: no node has room for it beside the rest, {short_of} is used up", self.demand.subject),
            advice: Some("ask for less, here or elsewhere, or add a node".to_owned()),
            key: key.clone(),
            fix: None,
        }
    }

    /// A person's server that would find a place only while pools are not at their most.
    fn crowded(&self) -> Verdict {
        let subject = &self.demand.subject;
        let words = if self.at_once == 0 {
            format!("{subject}: no node has room for one server beside what always runs")
        } else {
            let room = at_once(self.at_once);
            format!("{subject}: room for {room}, but for none when everything else is at its most")
        };
        let standing = if self.at_once == 0 { Fitness::No } else { Fitness::Warning };
        let advice = Some("ask for less, here or elsewhere, or add a node".to_owned());
        Verdict { standing, words, advice, key: self.demand.keys.memory.clone(), fix: None }
    }

    fn few(&self, placed: u64, wanted: u64, short_of: &str) -> Verdict {
        let lacking = self.always < always(&self.demand);
        let (standing, that, key, name) = if lacking {
            (Fitness::No, " that always run", self.demand.keys.always.as_ref(), "min")
        } else {
            (Fitness::Warning, "", self.demand.keys.most.as_ref(), "max")
        };
        let words =
            format!("{}: {placed} of {wanted} workers{that} fit, then {short_of} is used up", self.demand.subject);
        let row = self.demand.keys.row.is_some();
        let advice = match key {
            Some(_) if row => format!("make `{name}` {placed}, make a worker smaller, or add nodes"),
            _ => "make a worker smaller, or add nodes".to_owned(),
        };
        let fix = key.map(|key| Fix { key: key.clone(), text: placed.to_string() });
        Verdict { standing, words, advice: Some(advice), key: key.cloned(), fix: fix.filter(|_| row) }
    }
}

fn at_once(count: u64) -> String {
    match count {
        0 => "none at once".to_owned(),
        MANY.. => format!("{MANY} and more at once"),
        _ => format!("{count} at once"),
    }
}

fn verdicts(outcomes: &[Outcome], others_known: bool) -> Vec<Verdict> {
    let fits = |outcome: &&Outcome| {
        outcome.demand.kind == Kind::Part && outcome.short_of.is_none() && outcome.refused.is_none()
    };
    let parts: Vec<&str> = outcomes.iter().filter(fits).map(|outcome| outcome.demand.subject.as_str()).collect();
    let together = match parts.as_slice() {
        [] => None,
        [one] => Some(format!("{one} fits")),
        parts => Some(format!("{} fit", parts.join(", "))),
    };
    let each = outcomes.iter().filter_map(|outcome| outcome.verdict(others_known));
    together.map(Verdict::fits).into_iter().chain(each).collect()
}

/// Memory that people may use in a server and that no node has: nothing refuses it, and the server is killed before.
fn limits<'a>(hub: &'a Hub, outcomes: &'a [Outcome], board: &'a Board<'_>) -> impl Iterator<Item = Verdict> + 'a {
    let rows =
        hub.profiles.iter().enumerate().filter_map(|(index, profile)| Some((index, profile, profile.memory.as_ref()?)));
    rows.filter_map(|(index, profile, most)| {
        let row = format!("profiles[{index}]");
        let outcome = outcomes.iter().find(|outcome| outcome.demand.keys.row.as_ref() == Some(&row))?;
        let seats = outcome.open.iter().filter_map(|index| board.seats.get(*index));
        let largest = seats.map(|seat| seat.node.memory_bytes).max()?;
        (most.whole() > largest && outcome.refused.is_none()).then(|| Verdict {
            standing: Fitness::Warning,
            words: format!(
                "profile `{}`: people may use up to {} memory, and no node has more than {}",
                profile.name,
                figures::bytes(most.whole()),
                figures::bytes(largest)
            ),
            advice: Some("make it less, or add a larger node".to_owned()),
            key: Some(format!("{row}.memory")),
            fix: None,
        })
    })
}

fn notes(board: &Board<'_>, facts: &Facts, others_known: bool) -> Vec<String> {
    let others = (!others_known).then(|| {
        "what other pods use is not known (the account may not list pods of all namespaces): what nodes offer is shown, and less of it is free"
            .to_owned()
    });
    let closed = |why: Closed, are: &str| {
        let names: Vec<&str> =
            board.seats.iter().filter(|seat| seat.closed == Some(why)).map(|seat| seat.node.name.as_str()).collect();
        named(&names).map(|names| format!("{names} {are}"))
    };
    let grows = facts.nodes.iter().any(|node| NODE_POOLS.iter().any(|label| node.labels.contains_key(*label)));
    let grows = grows.then(|| {
        "the nodes belong to node pools: where these grow by themselves, more may fit than is shown".to_owned()
    });
    let own = (others_known && facts.namespace_exists)
        .then(|| "pods of the deployment's own namespace do not count: what is installed takes their place".to_owned());
    let cordoned = closed(Closed::Cordoned, "closed to new pods: nothing is placed there");
    let faulty = closed(Closed::NotReady, "in trouble: nothing is placed there");
    [others, cordoned, faulty, grows, own].into_iter().flatten().collect()
}

/// Some names, and how many more.
fn named(names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{one} is")),
        [one, other] => Some(format!("{one} and {other} are")),
        [one, other, more @ ..] => Some(format!("{one}, {other} and {} more are", more.len())),
    }
}
