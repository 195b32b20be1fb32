//! Texts as helm and the API server print them.
use super::*;

/// Text, code, title.
const CASES: &[(&str, &str, &str)] = &[
    (
        r#"pods "hub-6c-x" is forbidden: exceeded quota: small, requested: requests.cpu=4, used: requests.cpu=6, limited: requests.cpu=8"#,
        "quota-exceeded",
        "limit `small` of the namespace is reached: asked for requests.cpu=4, used requests.cpu=6, allowed requests.cpu=8",
    ),
    (
        r#"pods "hub-6c-x" is forbidden: failed quota: q: must specify limits.memory for: hub; requests.memory for: hub"#,
        "quota-needs-requests",
        "this namespace demands that every program says what it needs: limits.memory for: hub; requests.memory for: hub",
    ),
    (
        r#"pods "x" is forbidden: [maximum memory usage per Container is 1Gi, but limit is 2Gi]"#,
        "limit-range",
        "the namespace limits what one program may ask for: maximum memory usage per Container is 1Gi, but limit is 2Gi",
    ),
    (
        r#"Error creating: pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false"#,
        "pod-security",
        "the namespace allows only pods of security level `restricted`",
    ),
    (
        r#"admission webhook "validate.kyverno.svc-fail" denied the request: policy require-labels: label team is required"#,
        "admission-denied",
        "policy `validate.kyverno.svc-fail` of this cluster refused: policy require-labels: label team is required",
    ),
    (
        r#"Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate": dial tcp 10.0.0.1:443: connect: connection refused"#,
        "webhook-not-ready",
        "webhook `webhook.cert-manager.io` does not answer yet: its add-on may just be starting",
    ),
    (
        r#"pods "x" is forbidden: error looking up service account hub/hub: serviceaccount "hub" not found"#,
        "service-account-missing",
        "service account `hub` is not there yet",
    ),
    (
        "configmaps \"a\" is forbidden: unable to create new content in namespace hub because it is being terminated",
        "namespace-terminating",
        "the namespace hub is still being removed",
    ),
    (
        "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
        "release-pending",
        "a former install or upgrade of this release was cut off, or is still at work",
    ),
    (
        r#"Error: INSTALLATION FAILED: Unable to continue with install: ServiceAccount "hub" in namespace "hub" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm""#,
        "not-ours",
        "ServiceAccount \"hub\" in namespace \"hub\" is there already, made by someone else",
    ),
    (
        r#"Error: UPGRADE FAILED: Unable to continue with update: ClusterRole "api-dask-gateway" in namespace "" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "dask-gateway": current value is "dhub"; annotation validation error: key "meta.helm.sh/release-namespace" must equal "hub": current value is "lab""#,
        "not-ours",
        "ClusterRole \"api-dask-gateway\" is there already, made by helm release `dhub` of namespace lab",
    ),
    (
        r#"unable to continue with install: ClusterRole "api-dask-gateway" in namespace "" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-namespace" must equal "hub": current value is "lab""#,
        "not-ours",
        "ClusterRole \"api-dask-gateway\" is there already, made by a helm release of the same name in namespace lab",
    ),
    (
        r#"persistentvolumeclaims "hub-db-dir" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"#,
        "claim-size",
        "claim `hub-db-dir` cannot be made larger with its storage class",
    ),
    (
        r#"PersistentVolumeClaim "hub-db-dir" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"#,
        "claim-size",
        "claim `hub-db-dir` cannot be made smaller",
    ),
    (
        "Error: INSTALLATION FAILED: failed pre-install: 1 error occurred:\n\t* timed out waiting for the condition",
        "hook-failed",
        "a preparation step of the chart took too long",
    ),
    (
        r#"Secret "sh.helm.release.v1.hub.v1" is invalid: data: Too long: must have at most 1048576 bytes"#,
        "release-too-big",
        "the chart is too large to be recorded in the cluster",
    ),
    (
        r#"The CustomResourceDefinition "rayclusters.ray.io" is invalid: metadata.annotations: Too long: must have at most 262144 bytes"#,
        "crd-too-long",
        "a definition is too large for a client-side apply",
    ),
    (
        r#"unable to build kubernetes objects from release manifest: resource mapping not found for name: "ray" namespace: "hub" from "": no matches for kind "RayCluster" in version "ray.io/v1""#,
        "crd-missing",
        "this cluster does not know `RayCluster`: the add-on that brings it must be installed first",
    ),
    (
        r#"Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas"#,
        "apply-conflict",
        "kubectl-edit has changed a field of ours by hand `.spec.replicas`",
    ),
    (
        r#"cannot patch "hub" with kind Deployment: Deployment.apps "hub" is invalid: spec.selector: Invalid value: {}: field is immutable"#,
        "immutable-field",
        "this change of `hub` cannot be made in place",
    ),
    (
        r#"clusterroles.rbac.authorization.k8s.io is forbidden: User "ada" cannot create resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope"#,
        "forbidden",
        "your account (`ada`) may not create clusterroles for the whole cluster",
    ),
    (
        r#"secrets is forbidden: User "ada" cannot list resource "secrets" in API group "" in the namespace "hub""#,
        "forbidden",
        "your account (`ada`) may not list secrets in namespace hub",
    ),
    (
        "error: You must be logged in to the server (Unauthorized)",
        "not-logged-in",
        "the cluster does not accept the login: it ran out, or is another cluster's",
    ),
    (
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-01",
        "certificate-time",
        "a certificate is out of date, or the clock of this machine or the cluster is wrong",
    ),
    (
        "Get \"https://10.0.0.1:6443/version\": dial tcp 10.0.0.1:6443: connect: connection refused",
        "api-unreachable",
        "no contact with the cluster; what runs in it goes on",
    ),
    (
        "Error: looks like \"https://hub.jupyter.org/helm-chart/\" is not a valid chart repository or cannot be reached: Get: dial tcp: lookup hub.jupyter.org: no such host",
        "chart-unreachable",
        "the chart cannot be had from https://hub.jupyter.org/helm-chart/",
    ),
];

#[test]
fn each_message_is_named_and_told_with_its_numbers_and_names() {
    for (text, code, title) in CASES {
        let problem = from_message(text).unwrap_or_else(|| panic!("not known: {text}"));
        assert_eq!((problem.code.as_str(), problem.title.as_str()), (*code, *title), "{text}");
        assert!(!problem.hints.is_empty(), "{code} says nothing to do next");
    }
}

#[test]
fn a_text_that_is_not_known_is_left_to_the_caller() {
    assert_eq!(from_message("something else went wrong"), None);
}

#[test]
fn the_metadata_blocker_is_named_where_pod_security_refuses_it() {
    let text = r#"violates PodSecurity "baseline:latest": non-default capabilities (container "block-cloud-metadata" must not include "NET_ADMIN" in securityContext.capabilities.add)"#;
    assert_eq!(from_message(text).unwrap().at.as_deref(), Some("hub.block-metadata"));
}

#[test]
fn another_namespace_is_offered_only_where_it_helps() {
    let said = |place: &str| {
        let text = format!(
            "Unable to continue with install: X \"a\" in namespace \"{place}\" exists and cannot be imported into the current release: invalid ownership metadata"
        );
        from_message(&text).unwrap()
    };
    assert_eq!(said("hub").at.as_deref(), Some("target.namespace"));
    let whole = said("");
    assert!(whole.at.is_none() && whole.hints.iter().any(|hint| hint.contains("does not help")), "{whole:?}");
}

#[test]
fn secrets_and_escapes_of_a_message_do_not_come_through() {
    let problem = from_message("\u{1b}[31mexceeded quota: q, token=abc123\u{1b}[0m, requested: a").unwrap();
    let shown = format!("{} {:?}", problem.title, problem.detail);
    assert!(!shown.contains("abc123") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn every_code_is_named_once_and_in_kebab_case() {
    let mut codes: Vec<&str> = MESSAGES.iter().map(|message| message.code).collect();
    assert!(codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    codes.sort_unstable();
    let all = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), all);
}
