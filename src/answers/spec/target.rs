//! Where a deployment is. Must not know how a place is reached, nor look at it.
use std::ops::RangeInclusive;

/// Where a deployment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// On what.
    pub place: Place,
    /// Namespace of the whole deployment; on this machine, its name.
    pub namespace: String,
}

/// On what a deployment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An existing cluster.
    Kubernetes {
        /// Context of the kubeconfig; `None`: the current one.
        context: Option<String>,
    },
    /// The machine that hubwright runs on.
    Machine(Machine),
}

/// How a deployment lives on this machine. What it does not say (login, sizes) is the same everywhere; where the hub
/// listens is [`Exposure::Machine`](super::Exposure), its certificate
/// [`Tls::Files`](super::Tls).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// Folder of the deployment; `None`: the usual one.
    pub folder: Option<String>,
    /// First of [`Machine::PORTS`] ports on loopback that the parts use between themselves; see [`Machine::ports`].
    pub first_port: u16,
    /// The Python program; `None`: the newest fitting one.
    pub python: Option<String>,
    /// Folder with all packages, where no index is reached.
    pub wheels: Option<String>,
    /// Start with the machine.
    pub at_boot: bool,
}

impl Machine {
    /// How many ports the parts use between themselves.
    pub const PORTS: u16 = 200;
    /// How many Ray workers these ports suffice for.
    pub const MOST_WORKERS: u32 = 18;

    /// Those ports.
    pub const fn ports(&self) -> RangeInclusive<u16> {
        self.first_port..=self.first_port.saturating_add(Self::PORTS - 1)
    }
}

impl Target {
    /// This machine, if that is where it is.
    pub const fn machine(&self) -> Option<&Machine> {
        match &self.place {
            Place::Machine(machine) => Some(machine),
            Place::Kubernetes { .. } => None,
        }
    }

    /// Context of the kubeconfig, if one was named.
    pub fn context(&self) -> Option<&str> {
        match &self.place {
            Place::Kubernetes { context } => context.as_deref(),
            Place::Machine(_) => None,
        }
    }
}
