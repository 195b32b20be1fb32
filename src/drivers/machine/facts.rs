//! What this machine has, in the shape of a cluster of one node. Must not know what any of it is wanted for.
use std::{fs, path::Path, process::Stdio, time::Duration};

use tokio::process::Command;

use super::layout::Layout;
use crate::{
    answers::facts::{Facts, NodeFact, UsedFact},
    drivers::processes,
    health::text,
};

/// How long `nvidia-smi` may take: it may have to wake the driver.
const PATIENCE: Duration = Duration::from_secs(15);

/// Looks at the machine.
pub async fn probe(layout: &Layout) -> Facts {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let gpus = gpus().await;
    let memory = memory();
    let node = NodeFact {
        name: text::brief(&processes::host(), 64),
        cpu_millis: cores * 1000,
        memory_bytes: memory.total,
        used: Some(UsedFact {
            cpu_millis: busy(&fs::read_to_string("/proc/loadavg").unwrap_or_default()).min(cores * 1000),
            memory_bytes: memory.total.saturating_sub(memory.available),
            ..UsedFact::default()
        }),
        gpus: (gpus > 0).then(|| ("nvidia.com/gpu".to_owned(), gpus)).into_iter().collect(),
        ..NodeFact::default()
    };
    Facts { nodes: vec![node], namespace_exists: layout.is_ours(), ..Facts::default() }
}

/// Thousandths of cores that were busy in the last minute, by the kernel's own average: `0.52 0.58 0.59 1/467 10364`.
fn busy(average: &str) -> u64 {
    let (cores, part) = average.split(' ').next().and_then(|minute| minute.split_once('.')).unwrap_or_default();
    let millis = part.parse::<u64>().unwrap_or(0).saturating_mul(10);
    cores.parse::<u64>().unwrap_or(0).saturating_mul(1000).saturating_add(millis)
}

/// GPUs that NVIDIA's driver lists: a card without a driver is of no use to anybody.
async fn gpus() -> u64 {
    let asked = Command::new("nvidia-smi").arg("-L").stdin(Stdio::null()).kill_on_drop(true).output();
    let said = tokio::time::timeout(PATIENCE, asked).await.ok().and_then(Result::ok);
    match said.filter(|output| output.status.success()) {
        Some(output) => listed(&String::from_utf8_lossy(&output.stdout)),
        None => fs::read_dir("/proc/driver/nvidia/gpus").map_or(0, |entries| entries.count() as u64),
    }
}

/// `GPU 0: NVIDIA H200 (UUID: GPU-…)`; parts of a divided one are indented.
fn listed(said: &str) -> u64 {
    said.lines().filter(|line| line.starts_with("GPU ")).count() as u64
}

/// Memory of this machine, or of the part of it that we may use, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All of it.
    pub total: u64,
    /// What is free, or would be if it were asked for.
    pub available: u64,
}

/// Memory by the kernel's own count, and by the limits that containers and services set.
pub fn memory() -> Memory {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let whole = whole(&read(Path::new("/proc/meminfo")).unwrap_or_default());
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    limits(&groups, Path::new("/sys/fs/cgroup"), &read).into_iter().fold(whole, |memory, limit| Memory {
        total: memory.total.min(limit.total),
        available: memory.available.min(limit.available),
    })
}

fn whole(meminfo: &str) -> Memory {
    let of = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
    };
    Memory { total: of("MemTotal:"), available: of("MemAvailable:") }
}

/// Limits of the groups that we are in, and of those around them.
fn limits(groups: &str, root: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Vec<Memory> {
    let mut found = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (base, names) = match controllers {
            "" => (root.to_owned(), ["memory.max", "memory.current"]),
            "memory" => (root.join("memory"), ["memory.limit_in_bytes", "memory.usage_in_bytes"]),
            _ => continue,
        };
        // Within a container the path is that of the host, which is not there: the group is the root then.
        let own = base.join(path.trim_start_matches('/'));
        for folder in own.ancestors().take_while(|folder| folder.starts_with(&base)) {
            let number = |name: &str| read(&folder.join(name)).and_then(|text| text.trim().parse::<u64>().ok());
            let [limit, used] = names.map(number);
            // Caches count as used, but go when memory is wanted.
            let cache = read(&folder.join("memory.stat")).map_or(0, |stat| cache(&stat));
            if let Some(limit) = limit {
                let used = used.unwrap_or(0).saturating_sub(cache);
                found.push(Memory { total: limit, available: limit.saturating_sub(used) });
            }
        }
    }
    found
}

fn cache(stat: &str) -> u64 {
    let of = |name: &str| stat.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    of("total_inactive_file ").or_else(|| of("inactive_file ")).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_machine_is_one_node_with_cores_and_memory() {
        let facts = probe(&Layout::at("/no/such/folder".into())).await;
        let [node] = facts.nodes.as_slice() else { panic!("{facts:?}") };
        assert!(node.cpu_millis >= 1000 && node.memory_bytes > 64 << 20 && !node.name.is_empty(), "{node:?}");
        assert!(!facts.namespace_exists);
        let memory = memory();
        assert!(memory.available > 0 && memory.available <= memory.total, "{memory:?}");
    }

    #[test]
    fn the_average_of_the_last_minute_is_read_in_thousandths_of_cores() {
        assert_eq!([busy("0.52 0.58 0.59 1/467 10364"), busy("12.05 9.00 8.00 1/2 3"), busy("")], [520, 12_050, 0]);
    }

    #[test]
    fn gpus_are_counted_and_their_parts_are_not() {
        let said = "GPU 0: NVIDIA H200 (UUID: GPU-1)\n  MIG 1g.18gb Device 0: (UUID: MIG-1)\nGPU 1: NVIDIA H200 (UUID: GPU-2)\n";
        assert_eq!(listed(said), 2);
        assert_eq!(listed("NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.\n"), 0);
    }

    #[test]
    fn limits_of_containers_count_and_their_caches_do_not() {
        let root = tempfile::tempdir().unwrap();
        let group = root.path().join("a/b");
        fs::create_dir_all(&group).unwrap();
        for (name, text) in [("memory.max", "max\n"), ("memory.current", "9\n")] {
            fs::write(group.join(name), text).unwrap();
        }
        for (name, text) in
            [("memory.max", "1000"), ("memory.current", "700"), ("memory.stat", "anon 1\ninactive_file 300\n")]
        {
            fs::write(root.path().join("a").join(name), text).unwrap();
        }
        let read = |path: &Path| fs::read_to_string(path).ok();
        assert_eq!(limits("0::/a/b\n", root.path(), &read), [Memory { total: 1000, available: 600 }]);
        assert_eq!(limits("3:cpu:/a\n", root.path(), &read), []);
    }
}
