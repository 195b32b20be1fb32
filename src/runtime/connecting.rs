//! Builds the ports of a deployment: connection or machine, helm, folder, journal.
//! Must not know what they are used for.
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    answers::{
        questions,
        spec::{self, Target},
    },
    drivers::{
        clock::SystemClock,
        folder,
        helm::{self, HelmProgram, Kubeconfig, MissingHelm},
        journal::{FileJournal, Forgetful},
        kube::{self, ClusterSecrets, Connection, KubeCluster},
        machine::{MachineSecrets, ThisMachine, layout::Layout},
        releases::ClusterReleases,
    },
    health::text,
    problem::Problem,
    run::{
        asked::Typed,
        ports::{Helm, Journal, Kubernetes, Platform, Ports, Secrets},
    },
};

/// How long the cluster may stay silent until a run gives up.
pub const SILENCE: Duration = Duration::from_mins(10);

/// A cluster that answers, and who we are there; or this machine.
#[derive(Clone)]
pub struct Place {
    reached: Reached,
    /// The namespace; on this machine, the deployment's name.
    pub namespace: String,
    /// Where runs of the deployment are remembered; made with the first one, not by looking.
    pub folder: PathBuf,
}

#[derive(Clone)]
enum Reached {
    Cluster(Connection),
    Machine(Layout),
}

impl Place {
    /// Where answers lead. A cluster is connected to; a credential plugin may ask the person now, before anything is drawn.
    pub async fn reach(target: &Target) -> Result<Self, Problem> {
        match &target.place {
            spec::Place::Kubernetes { context } => Self::cluster(context.as_deref(), &target.namespace).await,
            spec::Place::Machine(machine) => Self::machine(machine.folder.as_deref(), &target.namespace),
        }
    }

    async fn cluster(context: Option<&str>, namespace: &str) -> Result<Self, Problem> {
        check(namespace)?;
        Self::on(kube::connect(context, true).await?, namespace)
    }

    /// The same with a connection that is there already.
    pub fn on(connection: Connection, namespace: &str) -> Result<Self, Problem> {
        check(namespace)?;
        let folder = folder::of(&connection.context, namespace)?;
        Ok(Self { reached: Reached::Cluster(connection), namespace: namespace.to_owned(), folder })
    }

    /// A deployment of this machine.
    pub fn machine(said: Option<&str>, name: &str) -> Result<Self, Problem> {
        check(name)?;
        let layout = Layout::of(name, said)?;
        Ok(Self { reached: Reached::Machine(layout), namespace: name.to_owned(), folder: folder::of_machine(name)? })
    }

    /// The context of a cluster; `None` on this machine.
    pub fn context(&self) -> Option<&str> {
        match &self.reached {
            Reached::Cluster(connection) => Some(&connection.context),
            Reached::Machine(_) => None,
        }
    }

    /// Whether a target is this very place. What names no context may lead to another one every time.
    pub fn is_at(&self, target: &Target) -> bool {
        let alike = self.layout().is_some() == target.machine().is_some();
        alike && self.context() == target.context() && self.namespace == target.namespace
    }

    /// The folder of a deployment on this machine.
    pub const fn layout(&self) -> Option<&Layout> {
        match &self.reached {
            Reached::Machine(layout) => Some(layout),
            Reached::Cluster(_) => None,
        }
    }

    /// The deployment in a few words: `namespace hub of prod`, `deployment hub on this machine`.
    pub fn words(&self) -> String {
        match self.context() {
            Some(context) => format!("namespace {} of {context}", self.namespace),
            None => format!("deployment {} on this machine", self.namespace),
        }
    }

    /// Ports of a run that is remembered. `typed`: secrets that the person typed for it, by label.
    pub fn ports(&self, helm: Box<dyn Helm>, typed: &Typed) -> Result<Ports, Problem> {
        folder::make(&self.folder)?;
        Ok(self.with(helm, Box::new(FileJournal::open(&self.folder)?)).with_typed(typed.clone()))
    }

    /// Ports of something that changes nothing worth remembering.
    pub fn forgetful_ports(&self, helm: Box<dyn Helm>) -> Ports {
        self.with(helm, Box::new(Forgetful))
    }

    fn with(&self, helm: Box<dyn Helm>, journal: Box<dyn Journal>) -> Ports {
        let (platform, secrets) = match &self.reached {
            Reached::Cluster(connection) => on_cluster(connection, helm),
            Reached::Machine(layout) => on_machine(&self.namespace, layout),
        };
        Ports { platform, secrets, clock: Box::new(SystemClock), journal }
    }

    /// The helm program, or why there is none. Nothing on this machine needs it.
    pub fn helm(&self, said: Option<&Path>) -> Result<(Box<dyn Helm>, Option<Problem>), Problem> {
        let Reached::Cluster(connection) = &self.reached else { return Ok((Self::no_helm(), None)) };
        let found = helm::find(said)?;
        let program = HelmProgram::new(&found, &connection.context, Kubeconfig::from_environment(), &self.folder);
        Ok((Box::new(program), found.warning))
    }

    /// Stands in where helm is not needed: whoever calls it learns why there is none.
    pub fn no_helm() -> Box<dyn Helm> {
        Box::new(MissingHelm)
    }
}

fn on_cluster(connection: &Connection, helm: Box<dyn Helm>) -> (Platform, Box<dyn Secrets>) {
    let cluster = KubeCluster::new(connection);
    let secrets = Box::new(ClusterSecrets::new(cluster.clone()));
    let releases = Box::new(ClusterReleases::new(connection.client.clone()));
    (Platform::Kubernetes(Kubernetes { cluster: Box::new(cluster), helm, releases }), secrets)
}

fn on_machine(name: &str, layout: &Layout) -> (Platform, Box<dyn Secrets>) {
    let secrets = Box::new(MachineSecrets::new(layout.clone()));
    (Platform::Machine(Box::new(ThisMachine::new(name, layout.clone()))), secrets)
}

/// A name that is none would lead to another part of the API than it looks like.
fn check(namespace: &str) -> Result<(), Problem> {
    let question = questions::find("target.namespace");
    let checked = question.map_or(Ok(()), |question| question.check(&namespace.into()));
    checked.map_err(|error| Problem::new("invalid-answer", format!("`--namespace`: {}", text::line(&error))))
}

/// Who works here, for others to read: `ada@laptop pid 123`.
pub fn holder() -> String {
    let user = std::env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_default();
    format!("{user}@{} pid {}", host.trim(), std::process::id())
}
