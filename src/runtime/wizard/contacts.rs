//! The way to targets while the screens are drawn: nobody is asked anything, nothing takes long, and a login that a person gave
//! once serves again. Must not know what is done there.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    answers::spec::{self, Target},
    drivers::kube::{self, Connection},
    problem::Problem,
    runtime::connecting::Place,
};

/// How long a connection may take that asks nobody.
const CONNECT: Duration = Duration::from_secs(10);

/// Connections by context. Clones share them.
#[derive(Clone, Default)]
pub struct Contacts(Arc<Mutex<HashMap<Option<String>, Connection>>>);

impl Contacts {
    /// Where answers lead; a credential plugin is kept from the terminal.
    pub async fn reach(&self, target: &Target) -> Result<Place, Problem> {
        self.reached(target, false).await
    }

    /// The same with the terminal lent: a credential plugin may ask the person.
    pub async fn ask(&self, target: &Target) -> Result<Place, Problem> {
        self.forget(target);
        self.reached(target, true).await
    }

    /// The next one connects anew.
    pub fn forget(&self, target: &Target) {
        if let spec::Place::Kubernetes { context } = &target.place {
            let mut known = self.known();
            if let Some(gone) = known.remove(context) {
                known.retain(|_, connection| connection.context != gone.context);
            }
        }
    }

    async fn reached(&self, target: &Target, asking: bool) -> Result<Place, Problem> {
        let context = match &target.place {
            spec::Place::Machine(machine) => return Place::machine(machine.folder.as_deref(), &target.namespace),
            spec::Place::Kubernetes { context } => context,
        };
        let known = self.known().get(context).cloned();
        let connection = match known {
            Some(connection) => connection,
            None if asking => kube::connect(context.as_deref(), true).await?,
            None => quietly(context.as_deref()).await?,
        };
        // Answers that were kept name the context that was current.
        for name in [context.clone(), Some(connection.context.clone())] {
            self.known().insert(name, connection.clone());
        }
        Place::on(connection, &target.namespace)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Option<String>, Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn quietly(context: Option<&str>) -> Result<Connection, Problem> {
    let connected = tokio::time::timeout(CONNECT, kube::connect(context, false)).await;
    connected.unwrap_or_else(|_| Err(too_slow()))
}

fn too_slow() -> Problem {
    let title = format!("the kubeconfig's credential plugin did not end within {} s", CONNECT.as_secs());
    Problem::new(kube::SLOW_LOGIN, title).hint("run `kubectl get nodes` once: it logs you in; then try again").retry()
}
