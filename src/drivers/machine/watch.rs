//! The watch of a deployment on this machine: what the supervisor writes down, as changes of pods. Must not decide anything
//! about what it sees.
//!
//! Looking at one small file twenty times a second costs less than a watcher of the kernel's would in code, and works on
//! every file system.
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{followed::Followed, layout::Layout, pods::Host, seen::Seen, stamp::Stamp};
use crate::{
    drivers::processes,
    health::objects::{Change, KINDS, Kind, Object, Pod, Watched},
};

/// How often one looks.
const GLANCE: Duration = Duration::from_millis(50);
/// Every so many glances one looks whether the supervisor lives.
const PULSE: u32 = 10;

/// Follows the processes of a deployment. It ends when it is dropped.
pub fn watch(layout: Layout, namespace: &str, followed: Arc<Followed>) -> BoxStream<'static, Change> {
    let watcher = Watcher {
        layout,
        namespace: namespace.to_owned(),
        node: processes::host(),
        place: Followed::follow(followed),
        stamp: None,
        seen: None,
        glances: 0,
        supervised: false,
        shown: None,
        changes: VecDeque::new(),
    };
    stream::unfold(watcher, |mut watcher| async move {
        let change = watcher.next().await;
        Some((change, watcher))
    })
    .boxed()
}

struct Watcher {
    layout: Layout,
    namespace: String,
    node: String,
    place: super::followed::Place,
    stamp: Option<Stamp>,
    seen: Option<Seen>,
    glances: u32,
    supervised: bool,
    /// What was told; `None`: nothing yet.
    shown: Option<BTreeMap<String, Pod>>,
    changes: VecDeque<Change>,
}

impl Watcher {
    async fn next(&mut self) -> Change {
        loop {
            if let Some(change) = self.changes.pop_front() {
                return change;
            }
            // Who asks for the next change has taken in those before it.
            self.place.reached(self.seen.as_ref().map_or(0, |seen| seen.generation));
            if self.shown.is_some() {
                tokio::time::sleep(GLANCE).await;
            }
            self.look();
        }
    }

    fn look(&mut self) {
        let stamp = Stamp::of(&self.layout.seen());
        let news = stamp != self.stamp;
        if news {
            self.stamp = stamp;
            self.seen = Seen::read(&self.layout);
        }
        let pulse = self.glances.is_multiple_of(PULSE);
        self.glances = self.glances.wrapping_add(1);
        if !news && !pulse {
            return;
        }
        let supervised = self.seen.as_ref().is_some_and(|seen| seen.supervisor.lives());
        if news || supervised != self.supervised || self.shown.is_none() {
            self.supervised = supervised;
            self.compare();
        }
    }

    fn compare(&mut self) {
        let host =
            Host { namespace: &self.namespace, node: &self.node, layout: &self.layout, supervised: self.supervised };
        let processes = self.seen.iter().flat_map(|seen| &seen.processes);
        let pods: BTreeMap<String, Pod> =
            processes.map(|seen| host.pod(seen)).map(|pod| (pod.name().to_owned(), pod)).collect();
        let first = self.shown.is_none();
        let before = self.shown.take().unwrap_or_default();
        let gone = before.iter().filter(|(name, _)| !pods.contains_key(*name));
        let kind = Pod::KIND.kind;
        self.changes.extend(gone.map(|(_, pod)| Change::Deleted { kind, uid: pod.uid().to_owned() }));
        let changed = pods.iter().filter(|(name, pod)| before.get(*name) != Some(pod));
        self.changes.extend(changed.map(|(_, pod)| Change::Applied(Box::new(Object::Pod(pod.clone())))));
        if first {
            // Of the other kinds there is nothing here, and that is all there is to know.
            self.changes.extend(KINDS.iter().map(|&Kind { kind, .. }| Change::Synced { kind }));
        }
        self.shown = Some(pods);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        drivers::{
            machine::seen::{SeenProcess, State},
            processes::Identity,
        },
        plan::graph::Probe,
    };

    fn process(name: &str, ready: bool) -> SeenProcess {
        let at = Timestamp::UNIX_EPOCH;
        SeenProcess {
            name: name.into(),
            revision: String::new(),
            probe: Probe::default(),
            since: at,
            state: State::Running { process: Identity::own(), since: at },
            ready,
            turned: at,
            restarts: 0,
            last: None,
        }
    }

    fn write(layout: &Layout, generation: u64, processes: Vec<SeenProcess>) {
        let supervisor = Identity::own();
        Seen { supervisor, generation, processes, ..Seen::default() }.write(layout).unwrap();
    }

    fn layout() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().to_owned());
        layout.make().unwrap();
        (folder, layout)
    }

    async fn pod(changes: &mut BoxStream<'static, Change>) -> Pod {
        let change = tokio::time::timeout(Duration::from_secs(5), changes.next()).await.unwrap().unwrap();
        let Change::Applied(object) = change else { panic!("{change:?}") };
        let Object::Pod(pod) = *object else { panic!("{object:?}") };
        pod
    }

    #[tokio::test]
    async fn everything_comes_first_and_then_only_what_changed() {
        let (_folder, layout) = layout();
        write(&layout, 1, vec![process("hub", false), process("proxy", true)]);
        let mut changes = watch(layout.clone(), "trial", Arc::default());
        assert_eq!([pod(&mut changes).await.is_ready(), pod(&mut changes).await.is_ready()], [false, true]);
        let synced: Vec<Change> = changes.by_ref().take(KINDS.len()).collect().await;
        assert!(synced.iter().all(|change| matches!(change, Change::Synced { .. })), "{synced:?}");
        write(&layout, 1, vec![process("hub", true), process("proxy", true)]);
        assert_eq!(pod(&mut changes).await.name(), "hub");
        write(&layout, 1, vec![process("hub", true)]);
        assert!(matches!(changes.next().await, Some(Change::Deleted { kind: "Pod", .. })));
    }

    #[tokio::test]
    async fn where_nothing_was_ever_started_nobody_waits() {
        let (_folder, layout) = layout();
        let mut changes = watch(layout, "trial", Arc::default());
        assert!(matches!(changes.next().await, Some(Change::Synced { .. })));
    }

    #[tokio::test]
    async fn what_is_waited_for_was_taken_in_not_only_told() {
        let (_folder, layout) = layout();
        write(&layout, 1, vec![process("hub", true)]);
        let followed = Arc::new(Followed::default());
        let mut changes = watch(layout.clone(), "trial", Arc::clone(&followed));
        pod(&mut changes).await;
        let _: Vec<Change> = changes.by_ref().take(KINDS.len()).collect().await;
        let waits = |generation: u64| followed.wait(generation, Duration::from_millis(300));
        assert!(!waits(1).await, "nobody asked for what comes next");
        write(&layout, 2, vec![process("hub", false)]);
        let next = tokio::spawn(async move {
            let pod = pod(&mut changes).await;
            (pod, changes)
        });
        assert!(waits(1).await);
        let (pod, changes) = next.await.unwrap();
        assert!(!pod.is_ready());
        assert!(!waits(2).await);
        drop(changes);
        assert!(waits(2).await, "nobody follows any more");
    }
}
