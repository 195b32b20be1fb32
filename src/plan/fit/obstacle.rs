//! Why pods of a kind find no place on any node, were they alone with what others use; in the order of `health::causes`, and
//! in its words. With the answer to change, and the change that mends it. Must not place anything.
use super::{
    Amounts, Fitness, Fix, Verdict,
    board::{Board, Seat, Taint},
    demand::{Demand, Kind},
};
use crate::answers::{
    facts::{Closed, is_gpu},
    figures,
    room::{self, Room},
};

/// What is in the way.
pub struct Obstacle {
    words: String,
    advice: String,
    key: Option<String>,
    /// The value that mends it, for `key`.
    text: Option<String>,
}

/// What one pod of many is called.
pub const fn one(demand: &Demand) -> &'static str {
    match demand.kind {
        Kind::Workers => "one worker",
        Kind::Part | Kind::Servers => "it",
    }
}

/// The verdict on a demand of which nothing finds a place.
pub fn verdict(demand: &Demand, board: &Board<'_>, others_known: bool) -> Option<Verdict> {
    let obstacle = Looking { demand, board, others_known }.find()?;
    let fix = obstacle.key.clone().zip(obstacle.text).map(|(key, text)| Fix { key, text });
    Some(Verdict {
        standing: Fitness::No,
        words: format!("{}: {}", demand.subject, obstacle.words),
        advice: Some(obstacle.advice),
        key: obstacle.key,
        fix,
    })
}

struct Looking<'a> {
    demand: &'a Demand,
    board: &'a Board<'a>,
    others_known: bool,
}

impl<'a> Looking<'a> {
    /// The first obstacle; `None`: there is a place.
    fn find(&self) -> Option<Obstacle> {
        let roomy: Vec<&Seat> = self.selected().filter(|seat| seat.room.holds(&self.demand.asks) > 0).collect();
        if roomy.iter().any(|seat| seat.is_open_to(&self.demand.placement)) {
            return None;
        }
        if roomy.is_empty() {
            return Some(
                self.no_gpu()
                    .or_else(|| self.no_label())
                    .or_else(|| self.too_many_gpus())
                    .unwrap_or_else(|| self.too_little()),
            );
        }
        Some(self.reserved(&roomy).unwrap_or_else(|| closed(&roomy)))
    }

    fn selected(&self) -> impl Iterator<Item = &'a Seat<'a>> {
        self.board.seats.iter().filter(|seat| seat.is_selected(&self.demand.placement))
    }

    fn gpu(&self) -> Option<(&'a str, u64)> {
        self.demand.asks.gpus.iter().next().map(|(name, count)| (name.as_str(), *count))
    }

    fn no_gpu(&self) -> Option<Obstacle> {
        let (resource, _) = self.gpu()?;
        let offers = |seat: &Seat| seat.node.gpus.get(resource).is_some_and(|count| *count > 0);
        if self.board.seats.iter().any(offers) {
            return None;
        }
        let mut others: Vec<&str> = self.board.seats.iter().flat_map(|seat| gpus_of(seat)).collect();
        others.sort_unstable();
        let Some(other) = others.first() else {
            return Some(Obstacle {
                words: room::no_gpu(resource),
                advice: "ask for no GPU, or see whether its device plugin runs: `kubectl get pods -A | grep -iE \
                         'device-plugin|gpu'`"
                    .to_owned(),
                key: self.demand.keys.field("gpus"),
                text: None,
            });
        };
        Some(Obstacle {
            words: format!("no node offers {resource}; there is {other}"),
            advice: format!("ask for {other}"),
            key: self.demand.keys.field("gpu-resource"),
            text: Some((*other).to_owned()),
        })
    }

    fn no_label(&self) -> Option<Obstacle> {
        let wanted = &self.demand.placement.node_selector;
        let labels: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let offers =
            |seat: &Seat| self.gpu().is_none_or(|(resource, _)| seat.node.gpus.get(resource).is_some_and(|n| *n > 0));
        if self.selected().any(offers) {
            return None;
        }
        let words = match self.gpu().filter(|_| self.selected().next().is_some()) {
            Some((resource, _)) => format!("no node labelled {} offers {resource}", labels.join(", ")),
            None => room::no_label(one(self.demand), &labels),
        };
        Some(Obstacle {
            words,
            advice: format!(
                "name labels that nodes have, or label a node: `kubectl label node NODE {}`",
                labels.join(" ")
            ),
            key: self.demand.keys.field("node-selector"),
            text: None,
        })
    }

    fn too_many_gpus(&self) -> Option<Obstacle> {
        let (resource, asked) = self.gpu()?;
        let most = |of: fn(&Seat<'_>, &str) -> u64| self.selected().map(|seat| of(seat, resource)).max().unwrap_or(0);
        let largest = most(|seat, resource| seat.node.gpus.get(resource).copied().unwrap_or(0));
        let freest = most(|seat, resource| seat.room.gpu(resource));
        let key = self.demand.keys.field("gpus");
        if asked > largest {
            return Some(Obstacle {
                words: room::asks_too_many(one(self.demand), asked, resource, largest),
                advice: format!("ask for at most {largest}, or add a node with {asked}"),
                key,
                text: Some(largest.to_string()),
            });
        }
        let all = self.board.seats.iter().filter_map(|seat| seat.node.gpus.get(resource)).sum();
        (asked > freest).then(|| Obstacle {
            words: room::gpus_in_use(all, resource),
            advice: "ask for fewer; it goes on by itself as soon as one is free".to_owned(),
            key,
            text: (freest > 0).then(|| freest.to_string()),
        })
    }

    /// Memory, CPU, pods, or all of it on one node.
    fn too_little(&self) -> Obstacle {
        let short = |of: fn(&Amounts) -> u64| {
            let asks = of(&self.demand.asks);
            self.freest(of).filter(|[free, _]| asks > *free)
        };
        if let Some(room) = short(|amounts| amounts.memory) {
            return self.too_little_memory(room);
        }
        if let Some(room) = short(|amounts| amounts.cpu_millis) {
            return self.too_little_cpu(room);
        }
        if short(|amounts| amounts.pods).is_some() {
            let advice = "add a node, or raise the kubelet's `maxPods`".to_owned();
            return Obstacle { words: room::TOO_MANY_PODS.to_owned(), advice, key: None, text: None };
        }
        let asks = &self.demand.asks;
        let (cpu, memory) = (figures::cpu(asks.cpu_millis), figures::bytes(asks.memory));
        Obstacle {
            words: format!("{} needs {cpu} CPU and {memory} memory, and no node has both free", one(self.demand)),
            advice: "ask for less of one, or add a node".to_owned(),
            key: self.demand.keys.memory.clone(),
            text: None,
        }
    }

    /// Nodes with the labels and the GPUs that it wants.
    fn suitable(&self) -> impl Iterator<Item = &'a Seat<'a>> {
        let gpus = &self.demand.asks.gpus;
        self.selected().filter(move |seat| gpus.iter().all(|(name, count)| seat.room.gpu(name) >= *count))
    }

    fn open(&self) -> impl Iterator<Item = &'a Seat<'a>> {
        let placement = &self.demand.placement;
        self.suitable().filter(move |seat| seat.is_open_to(placement))
    }

    /// What is free, and what there is in all, on the freest node that may take it; or on any, if none may.
    fn freest(&self, of: fn(&Amounts) -> u64) -> Option<[u64; 2]> {
        let amounts = |seat: &Seat| [of(&seat.room), of(&Amounts::offered(seat.node))];
        self.open().map(amounts).max().or_else(|| self.suitable().map(amounts).max())
    }

    /// The most that one may ask for by its own answers beside what always runs.
    fn fitting(&self, of: fn(&Amounts) -> u64) -> u64 {
        let left = |seat: &Seat| of(&seat.room).saturating_sub(of(&seat.always));
        let beside = of(&self.demand.asks).saturating_sub(of(&self.demand.own));
        self.open().map(left).max().unwrap_or(0).saturating_sub(beside)
    }

    fn room(&self, [free, all]: [u64; 2], figure: fn(u64) -> String) -> Room {
        if self.others_known { Room::Free(figure(free), figure(all)) } else { Room::LessOthers(figure(all)) }
    }

    fn too_little_memory(&self, room: [u64; 2]) -> Obstacle {
        let fitting = down(self.fitting(|amounts| amounts.memory));
        let least = figures::bytes(self.demand.asks.memory);
        Obstacle {
            words: room::too_little(one(self.demand), "memory", &least, &self.room(room, figures::bytes)),
            advice: advice(self.demand.keys.memory.as_ref(), fitting.map(figures::bytes), &format!("{least} free")),
            text: fitting.map(quantity),
            key: self.demand.keys.memory.clone(),
        }
    }

    fn too_little_cpu(&self, room: [u64; 2]) -> Obstacle {
        let fitting = self.fitting(|amounts| amounts.cpu_millis) / 100 * 100;
        let fitting = (fitting > 0).then(|| figures::cpu(fitting));
        let least = figures::cpu(self.demand.asks.cpu_millis);
        Obstacle {
            words: room::too_little(one(self.demand), "CPU", &least, &self.room(room, figures::cpu)),
            advice: advice(self.demand.keys.cpu.as_ref(), fitting.clone(), &format!("{least} CPU free")),
            text: fitting,
            key: self.demand.keys.cpu.clone(),
        }
    }

    /// `None`: the nodes with room are closed, not reserved.
    fn reserved(&self, roomy: &[&'a Seat<'a>]) -> Option<Obstacle> {
        let barrier = |seat: &&'a Seat<'a>| seat.barrier(&self.demand.placement);
        let mut open = roomy.iter().filter(|seat| seat.closed.is_none());
        let taint = open.find_map(barrier)?;
        let words = match self.gpu() {
            Some((resource, _)) if self.all_reserved(resource) => room::gpus_reserved(resource, &taint.words()),
            _ => room::reserved(&taint.words()),
        };
        let key = self.demand.keys.field("tolerations");
        let advice = match &key {
            Some(_) => format!("add `{}`, or take the taint off a node", taint.words()),
            None => "take the taint off a node, or add one without".to_owned(),
        };
        Some(Obstacle { words, advice, text: key.as_ref().map(|_| self.tolerating(taint)), key })
    }

    fn all_reserved(&self, resource: &str) -> bool {
        let offering = self.selected().filter(|seat| seat.node.gpus.get(resource).is_some_and(|count| *count > 0));
        offering.into_iter().all(|seat| seat.barrier(&self.demand.placement).is_some())
    }

    /// The tolerations with one more, as they are typed. The hub's own are not an answer.
    fn tolerating(&self, taint: &Taint<'_>) -> String {
        let given = self.demand.placement.tolerations.iter().filter(|one| !one.key.starts_with("hub.jupyter.org"));
        let given = given.map(|one| {
            let value = one.value.as_ref().map(|value| format!("={value}")).unwrap_or_default();
            let effect = one.effect.as_ref().map(|effect| format!(":{effect}")).unwrap_or_default();
            format!("{}{value}{effect}", one.key)
        });
        given.chain([taint.words()]).collect::<Vec<_>>().join(",")
    }
}

fn gpus_of<'a>(seat: &Seat<'a>) -> impl Iterator<Item = &'a str> {
    seat.node.gpus.iter().filter(|(name, count)| **count > 0 && is_gpu(name)).map(|(name, _)| name.as_str())
}

fn closed(roomy: &[&Seat<'_>]) -> Obstacle {
    let cordoned = roomy.iter().find(|seat| seat.closed == Some(Closed::Cordoned));
    let (words, advice) = match (cordoned, roomy.first()) {
        (Some(seat), _) => (room::CLOSED, format!("`kubectl uncordon {}`, if nobody works on it", seat.node.name)),
        (None, seat) => {
            let name = seat.map_or("NODE", |seat| seat.node.name.as_str());
            ("the nodes that could take it are in trouble", format!("`kubectl describe node {name}` says why"))
        }
    };
    Obstacle { words: words.to_owned(), advice, key: None, text: None }
}

fn advice(key: Option<&String>, fitting: Option<String>, least: &str) -> String {
    match fitting.filter(|_| key.is_some()) {
        Some(fitting) => format!("make it at most {fitting}, or add a node with {least}"),
        None => format!("add a node with {least}"),
    }
}

/// Bytes rounded down to what a person would type; `None`: too little for anything.
fn down(bytes: u64) -> Option<u64> {
    let step = if bytes >= 4 << 30 { 1 << 30 } else { 64 << 20 };
    Some(bytes / step * step).filter(|bytes| *bytes > 0)
}

fn quantity(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 30) { format!("{}Gi", bytes >> 30) } else { format!("{}Mi", bytes >> 20) }
}
