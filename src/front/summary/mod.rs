//! What a person does after a good installation, as lines: where the hub is, how to log in, what to type in a notebook.
//! One file per target. Must not print, nor look at the target.
mod kubernetes;
mod login;
mod machine;
mod secrets;

pub use secrets::places as secrets;

use crate::{
    answers::{
        shell,
        spec::{Place, Spec},
        tree::TargetKind,
    },
    plan::graph::Checks,
};

/// The lines. `verified`: the run found out the hub's address by itself and says it. `{folder}` stands for the deployment's
/// folder on this machine.
pub fn lines(spec: &Spec, checks: &Checks, verified: bool) -> Vec<String> {
    let namespace = &spec.target.namespace;
    let kind = match spec.target.place {
        Place::Kubernetes { .. } => TargetKind::Kubernetes,
        Place::Machine(_) => TargetKind::ThisMachine,
    };
    let flags = shell::flags(kind, spec.target.context(), namespace);
    let hub = spec.hub.iter().flat_map(|hub| match kind {
        TargetKind::Kubernetes => kubernetes::hub(hub, &flags, verified),
        TargetKind::ThisMachine => machine::hub(hub),
    });
    let people = spec.hub.iter().flat_map(|hub| login::people(&hub.login, namespace));
    let ray = checks.ray.iter().map(|ray| format!("Ray in a notebook: `ray.init()` reaches {}", ray.address));
    let dask = checks
        .dask
        .iter()
        .map(|_| "Dask in a notebook: `from dask_gateway import Gateway; Gateway().new_cluster()`".to_owned());
    let next = match kind {
        TargetKind::Kubernetes => kubernetes::next(&flags),
        TargetKind::ThisMachine => machine::next(namespace),
    };
    hub.chain(people).chain(ray).chain(dask).chain(next).collect()
}

#[cfg(test)]
mod tests {
    use crate::{
        answers::{
            facts::Facts,
            layers::{Layers, Origin},
            resolve::resolve,
        },
        plan,
    };

    fn lines(verified: bool, sets: &[(&str, &str)]) -> Vec<String> {
        let mut layers = Layers::new();
        for (key, value) in [("login.method", "dummy")].iter().chain(sets) {
            layers.set(Origin::Set, key, value).unwrap();
        }
        let spec = resolve(&layers.merged(), &Facts::default()).unwrap();
        super::lines(&spec, &plan::build(&spec, &Facts::default()).checks, verified)
    }

    #[test]
    fn the_hubs_place_is_said_once_and_as_exactly_as_it_is_known() {
        let first = |verified, sets: &[_]| lines(verified, sets).remove(0);
        assert!(first(true, &[("access.method", "none")]).contains("port-forward"));
        let node = [("access.method", "node-port"), ("access.node-port", "30080")];
        let named = [node.as_slice(), &[("access.host", "n1.example.org")]].concat();
        assert_eq!(first(true, &named), "open the hub: http://n1.example.org:30080");
        assert!(first(true, &node).starts_with("log in"), "the run says the address itself");
        assert!(first(false, &node).contains("any node's address"));
        assert!(first(false, &[("access.method", "load-balancer")]).contains("get service proxy-public"));
    }

    #[test]
    fn commands_name_the_cluster_that_was_named() {
        let said = lines(true, &[("target.context", "lab cluster"), ("access.method", "none")]).join("\n");
        assert!(said.contains("`kubectl --context 'lab cluster' -n hub get secret"), "{said}");
        assert!(said.contains("change: `hubwright upgrade --context 'lab cluster' -n hub`"), "{said}");
        assert!(lines(true, &[("access.method", "none")]).join("\n").contains("look: `hubwright status -n hub`"));
    }

    #[test]
    fn who_may_log_in_is_said_with_what_lets_others_in() {
        let github = [
            ("login.method", "github"),
            ("login.client-id", "hub"),
            ("login.client-secret", "env:GITHUB"),
            ("access.method", "load-balancer"),
            ("access.host", "hub.example.org"),
        ];
        let said = |more: &[_]| lines(true, &[github.as_slice(), more].concat()).join("\n");
        let users = said(&[("login.allow", "users"), ("login.users", "ada,grace"), ("login.admins", "ada")]);
        assert!(users.contains("log in: with GitHub, as ada or grace; ada is administrator"), "{users}");
        assert!(
            users.contains("let others in: `hubwright upgrade -n hub --set login.users=ada,grace,NAME`"),
            "{users}"
        );
        let organization = said(&[("login.allow", "organizations"), ("login.organizations", "lab")]);
        assert!(organization.contains("log in: with GitHub, as a member of lab"), "{organization}");
        assert!(organization.contains("let others in: add them to lab at GitHub"), "{organization}");
    }

    #[test]
    fn a_trial_password_is_read_from_where_it_is() {
        let lines = lines(true, &[("login.password", "env:X"), ("access.method", "none")]);
        assert!(lines[1].contains("get secret hubwright-secrets"), "{lines:?}");
    }

    #[test]
    fn on_this_machine_nothing_is_said_of_a_cluster() {
        let here = [("target.kind", "this-machine"), ("target.namespace", "trial"), ("machine.first-port", "18600")];
        let said = lines(true, &here).join("\n");
        assert!(said.starts_with("open the hub: http://127.0.0.1:8000\nlog in: any name; "), "{said}");
        assert!(said.contains("`cat {folder}/secrets/hubwright-generated/dummy-password`"), "{said}");
        assert!(said.contains("reaches ray://127.0.0.1:18604"), "{said}");
        assert!(said.contains("`hubwright stop -n trial`") && !said.contains("kubectl"), "{said}");
        let given = lines(true, &[here.as_slice(), &[("login.password", "file:/etc/hub/word")]].concat());
        assert_eq!(given[1], "log in: any name; the password is the one of `file:/etc/hub/word`");
    }
}
