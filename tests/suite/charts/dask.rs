//! Dask Gateway's values.
use std::collections::BTreeSet;

use hubwright::plan::graph::Expect;

use super::{plan_of, values};

/// Roles of the whole cluster are named after it, and its controller serves what carries this name in any namespace.
#[test]
fn dask_gateways_of_two_namespaces_have_names_of_their_own() {
    let long = format!("{}-a", "n".repeat(61));
    let longer = format!("{}-b", "n".repeat(61));
    let mut names = BTreeSet::new();
    for namespace in ["hub", "lab", long.as_str(), longer.as_str()] {
        let plan = plan_of("dask", &[("target.namespace", namespace)]);
        let name = values(&plan, "dask-gateway")["fullnameOverride"].as_str().unwrap().to_owned();
        assert!(format!("controller-{name}").len() <= 63, "{name}");
        let expected = Expect::Deployment(format!("controller-{name}"));
        assert!(plan.steps.iter().any(|step| step.ready.contains(&expected)), "{name} is waited for");
        names.insert(name);
    }
    assert_eq!(names.len(), 4, "{names:?}");
}
