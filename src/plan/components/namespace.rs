//! The namespace. Labelled as ours only where it is made by us, so that `uninstall` never removes somebody else's.
use std::time::Duration;

use serde_json::json;

use super::Context;
use crate::plan::graph::{Action, Expect, Step, StepId};

/// Id of the step.
pub const STEP: &str = "namespace";

/// Makes the namespace unless it is there.
pub fn steps(context: &Context) -> Vec<Step> {
    let name = &context.spec.target.namespace;
    let object = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "hubwright"}},
    });
    vec![Step {
        id: StepId::new(STEP),
        title: "Namespace".to_owned(),
        needs: Vec::new(),
        action: Action::Apply { objects: if context.facts.namespace_exists { Vec::new() } else { vec![object] } },
        ready: vec![Expect::Namespace(name.clone())],
        // One of before may still be on its way out, and take its load balancers and disks with it.
        deadline: Duration::from_mins(10),
    }]
}
