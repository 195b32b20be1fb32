//! Secrets that the answers refer to and that are not there: variables that are not set, files that nobody made, Secrets that the
//! target does not have. Found before anything is changed. Must not keep a secret, nor run a command that prints one.
use futures::{StreamExt, stream};

use crate::{
    answers::{commands, layers::Layers, secret::SecretRef},
    drivers::secrets,
    plan::components::secrets::is_generated,
    problem::Problem,
    run::ports::{FailureKind, Platform, Ports},
};

/// All that the target or this machine does not have: one problem for each, at its answer.
pub async fn anywhere(layers: &Layers, namespace: &str, ports: &Ports) -> Vec<Problem> {
    let held = stream::iter(commands::references(layers)).filter_map(|(key, reference)| async move {
        // What is made up later need not be there yet.
        let held = matches!(reference, SecretRef::Kubernetes { .. }) && !is_generated(&reference);
        let found = if held { Some(ports.secrets.resolve(namespace, &reference).await) } else { None };
        // Where it may not be looked, the installation will tell.
        let missing = found?.err().filter(|error| error.kind == FailureKind::NotFound)?;
        let hint = match &ports.platform {
            Platform::Kubernetes(_) => {
                format!("a namespace that is not there yet: `kubectl create namespace {namespace}`")
            }
            Platform::Machine(_) => "refer to the same secret with `env:NAME` or `file:/path`".to_owned(),
        };
        Some(missing.problem.at(key).hint(hint))
    });
    held.chain(stream::iter(secrets(layers))).collect().await
}

/// Those of this machine.
pub fn secrets(layers: &Layers) -> Vec<Problem> {
    let absent = |(key, reference): (&str, SecretRef)| Some(secrets::absent(&reference)?.at(key));
    commands::references(layers).into_iter().filter_map(absent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{answers::layers::Origin, runtime::connecting::Place};

    #[test]
    fn a_variable_that_is_not_set_is_a_problem_of_its_answer_as_long_as_that_matters() {
        let mut layers = Layers::new();
        let said = [("login.method", "github"), ("login.client-secret", "env:HUBWRIGHT_TEST_UNSET")];
        said.iter().for_each(|(key, value)| layers.set(Origin::Typed, key, value).unwrap());
        let found = super::secrets(&layers);
        let at: Vec<_> = found.iter().map(|problem| (problem.code.as_str(), problem.at.as_deref())).collect();
        assert_eq!(at, [("secret-missing", Some("login.client-secret"))]);
        assert!(found[0].title.contains("not set") && found[0].hints[0].contains("export HUBWRIGHT_TEST_UNSET"));
        layers.set(Origin::Typed, "login.method", "dummy").unwrap();
        assert_eq!(super::secrets(&layers), []);
    }

    /// `kubectl` was told to mend it.
    #[tokio::test]
    async fn what_this_machine_lacks_has_nothing_to_do_with_a_cluster() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::machine(folder.path().to_str(), "lab").unwrap();
        let mut layers = Layers::new();
        let said =
            [("target.kind", "this-machine"), ("login.method", "github"), ("login.client-secret", "secret:hub/client")];
        said.iter().for_each(|(key, value)| layers.set(Origin::Typed, key, value).unwrap());
        let found = anywhere(&layers, "lab", &place.forgetful_ports(Place::no_helm())).await;
        assert_eq!(
            found.iter().map(|problem| problem.at.as_deref()).collect::<Vec<_>>(),
            [Some("login.client-secret")]
        );
        let hints = &found[0].hints;
        assert!(hints.len() == 1 && hints[0].contains("`env:NAME`") && !hints[0].contains("kubectl"), "{hints:?}");
    }
}
