//! Whether the kernel ended a process because memory ran out: it counts that, for the machine and for our control group,
//! but does not say whom it chose. Must not know any process.
use std::{fs, path::Path};

/// The kernel's count when it was looked at last.
#[derive(Debug)]
pub struct OutOfMemory {
    counted: u64,
}

impl OutOfMemory {
    /// Counts from now on.
    pub fn new() -> Self {
        Self { counted: count() }
    }

    /// Whether memory ran out since this was asked last.
    pub fn happened(&mut self) -> bool {
        let now = count();
        std::mem::replace(&mut self.counted, now) < now
    }
}

/// Both are read: in a container, `/proc` may show another machine's numbers or none.
fn count() -> u64 {
    let machine = counter(Path::new("/proc/vmstat"));
    let group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = group
        .lines()
        .find_map(|line| line.strip_prefix("0::/"))
        .map(|path| counter(&Path::new("/sys/fs/cgroup").join(path).join("memory.events")));
    machine + group.unwrap_or_default()
}

fn counter(path: &Path) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_line_is_found_among_its_neighbours() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "low 0\noom 3\noom_kill 2\noom_group_kill 1\n").unwrap();
        assert_eq!(counter(file.path()), 2);
        assert_eq!(counter(Path::new("/no/such")), 0);
    }
}
