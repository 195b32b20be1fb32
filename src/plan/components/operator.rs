//! The KubeRay operator, and with it the RayCluster CRD. Watches the deployment's namespace only.
use std::time::Duration;

use serde_json::json;

use super::{Context, namespace, secrets};
use crate::plan::graph::{Action, Expect, Release, Step, StepId};

/// Id of the step; the release's name, too.
pub const STEP: &str = "kuberay-operator";
/// Public repository of both KubeRay charts.
pub const REPOSITORY: &str = "https://ray-project.github.io/kuberay-helm/";
/// The CRD.
pub const CRD: &str = "rayclusters.ray.io";

/// Installs the operator, unless the cluster has one.
pub fn steps(context: &Context) -> Vec<Step> {
    let spec = context.spec;
    if spec.ray.is_none() || !spec.charts.operator {
        return Vec::new();
    }
    let private = spec.registry.is_some();
    vec![Step {
        id: StepId::new(STEP),
        title: "KubeRay operator".to_owned(),
        needs: if private { secrets::needed(context) } else { vec![StepId::new(namespace::STEP)] },
        action: Action::Release(Release {
            name: STEP.to_owned(),
            chart: "kuberay-operator".to_owned(),
            repository: context.repository(REPOSITORY),
            version: spec.charts.kuberay.clone(),
            values: json!({"singleNamespaceInstall": true, "imagePullSecrets": context.pull_secrets()}),
            skip_crds: false,
            patches: Vec::new(),
            timeout: Duration::from_mins(5),
        }),
        // The operator's own pod may come up while the RayCluster is made: only the CRD must be there first.
        ready: vec![Expect::Crd(CRD.to_owned())],
        deadline: Duration::from_mins(10),
    }]
}
