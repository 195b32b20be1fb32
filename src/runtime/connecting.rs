//! Builds the ports of a deployment: connection, helm, folder, journal.
//! Must not know what they are used for.
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    answers::questions,
    drivers::{
        clock::SystemClock,
        folder,
        helm::{self, HelmProgram, Kubeconfig, MissingHelm},
        journal::{FileJournal, Forgetful},
        kube::{self, ClusterSecrets, Connection, KubeCluster},
        releases::ClusterReleases,
    },
    health::text,
    problem::Problem,
    run::ports::{Helm, Journal, Kubernetes, Platform, Ports},
};

/// How long the cluster may stay silent until a run gives up.
pub const SILENCE: Duration = Duration::from_mins(10);

/// A cluster that answers, and who we are there.
pub struct Place {
    /// The connection.
    pub connection: Connection,
    /// The namespace.
    pub namespace: String,
    /// The deployment's folder on this machine; made with the first run, not by looking.
    pub folder: PathBuf,
}

impl Place {
    /// Connects; a credential plugin may ask the person now, before anything is drawn.
    pub async fn reach(context: Option<&str>, namespace: &str) -> Result<Self, Problem> {
        check(namespace)?;
        let connection = kube::connect(context, true).await?;
        let folder = folder::of(&connection.context, namespace)?;
        Ok(Self { connection, namespace: namespace.to_owned(), folder })
    }

    /// Ports of a run that is remembered.
    pub fn ports(&self, helm: Box<dyn Helm>) -> Result<Ports, Problem> {
        folder::make(&self.folder)?;
        Ok(self.with(helm, Box::new(FileJournal::open(&self.folder)?)))
    }

    /// Ports of something that changes nothing worth remembering.
    pub fn forgetful_ports(&self, helm: Box<dyn Helm>) -> Ports {
        self.with(helm, Box::new(Forgetful))
    }

    fn with(&self, helm: Box<dyn Helm>, journal: Box<dyn Journal>) -> Ports {
        let cluster = KubeCluster::new(&self.connection);
        let releases = Box::new(ClusterReleases::new(self.connection.client.clone()));
        let secrets = Box::new(ClusterSecrets::new(cluster.clone()));
        Ports {
            platform: Platform::Kubernetes(Kubernetes { cluster: Box::new(cluster), helm, releases }),
            secrets,
            clock: Box::new(SystemClock),
            journal,
        }
    }

    /// The helm program, or why there is none.
    pub fn helm(&self, said: Option<&Path>) -> Result<(Box<dyn Helm>, Option<Problem>), Problem> {
        let found = helm::find(said)?;
        let program = HelmProgram::new(&found, &self.connection.context, Kubeconfig::from_environment(), &self.folder);
        Ok((Box::new(program), found.warning))
    }

    /// Stands in where helm is not needed: whoever calls it learns why there is none.
    pub fn no_helm() -> Box<dyn Helm> {
        Box::new(MissingHelm)
    }
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
