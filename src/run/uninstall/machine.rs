//! What goes from this machine: what runs, then the programs; people's data only where that was asked for.
//! Must not know how any of it is done.
use std::path::Path;

use super::{Failed, Removal};
use crate::run::ports::{Holdings, Machine, PortResult};

/// Parts of a removal, in order.
pub const PARTS: [&str; 3] = ["processes", "programs", "data"];
/// Where people's data is, and the secrets by which they get at it again, below the deployment's folder.
const DATA: [&str; 3] = ["homes", "data", "secrets"];

/// What is there of a deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Its name.
    pub namespace: String,
    /// What the machine holds of it.
    pub holdings: Holdings,
}

impl Inventory {
    /// Whether there is nothing to remove.
    pub fn is_empty(&self, delete_data: bool) -> bool {
        self.holdings.is_empty() && !(delete_data && self.holdings.data)
    }

    /// What goes and what stays, for a person to decide.
    pub fn lines(&self, delete_data: bool) -> Vec<String> {
        let Holdings { folder, processes, environments, data, at_boot } = &self.holdings;
        let fate = if delete_data { "goes for ever" } else { "stays" };
        [
            (!processes.is_empty())
                .then(|| format!("goes, what runs, people's notebooks too: {}", processes.join(", "))),
            at_boot.then(|| "goes, the start with this machine".to_owned()),
            (!environments.is_empty()).then(|| format!("goes, programs, settings and logs: in {}", folder.display())),
            data.then(|| format!("{fate}, people's files, the hub's database and passwords: {}", places(folder))),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// What stays, once the removal is done.
    pub fn left(&self, delete_data: bool) -> Vec<String> {
        let Holdings { folder, data, .. } = &self.holdings;
        let kept = || {
            format!(
                "stays: people's files, the hub's database and passwords in {}; a new installation finds them again",
                places(folder)
            )
        };
        (*data && !delete_data).then(kept).into_iter().collect()
    }
}

fn places(folder: &Path) -> String {
    DATA.map(|name| folder.join(name).display().to_string()).join(", ")
}

/// Looks at what is there.
pub fn inventory(machine: &dyn Machine, namespace: &str) -> PortResult<Inventory> {
    Ok(Inventory { namespace: namespace.to_owned(), holdings: machine.holdings()? })
}

/// A removal at work on this machine.
pub struct Work<'a> {
    /// What is the same everywhere.
    pub removal: &'a Removal<'a>,
    /// What is to go.
    pub inventory: &'a Inventory,
    /// Where it is.
    pub machine: &'a dyn Machine,
}

impl Work<'_> {
    /// Removes part by part.
    pub async fn run(&self) -> Result<(), Failed> {
        let [processes, programs, data] = PARTS;
        self.removal.part(processes, self.stop()).await?;
        self.removal.part(programs, self.erase(programs, false)).await?;
        if self.removal.delete_data {
            self.removal.part(data, self.erase(data, true)).await?;
        }
        Ok(())
    }

    /// A machine that starts again in the midst of it must not start the deployment, too: that goes first.
    async fn stop(&self) -> PortResult<()> {
        let [processes, ..] = PARTS;
        let Holdings { processes: names, at_boot, .. } = &self.inventory.holdings;
        if *at_boot {
            self.removal.calling(processes, "start with this machine no longer".to_owned())?;
            self.machine.start_at_boot(false).await?;
        }
        // What nobody listed is ended as well: nothing may run from programs that go.
        let names = if names.is_empty() { "what may run".to_owned() } else { names.join(", ") };
        self.removal.calling(processes, format!("stop {names}"))?;
        self.machine.stop().await
    }

    async fn erase(&self, part: &str, data: bool) -> PortResult<()> {
        let folder = self.inventory.holdings.folder.display();
        self.removal.calling(part, format!("remove {part} in {folder}"))?;
        self.machine.remove(data).await
    }
}
