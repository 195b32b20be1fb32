//! The table of known messages, the more specific before the more general: the first whose words are in a text counts.
//! Must not know how a message is shown.
use super::{
    Message,
    titles::{forbidden, owner, quota},
};
use crate::health::verdict::NextStep;

fn edit(key: &str, why: &str) -> NextStep {
    NextStep::Edit { key: key.to_owned(), why: why.to_owned() }
}

fn command(command: impl Into<String>, why: &str) -> NextStep {
    NextStep::Command { command: command.into(), why: why.to_owned() }
}

fn tell(why: impl Into<String>) -> NextStep {
    NextStep::Tell { why: why.into() }
}

fn again(why: &str) -> NextStep {
    NextStep::Retry { why: why.to_owned() }
}

/// How helm ends the name of an object that has no namespace.
const EVERYWHERE: &str = " in namespace \"\"";

/// Every known message.
pub(super) const MESSAGES: &[Message] = &[
    // what the server refuses to make
    Message {
        code: "quota-exceeded",
        says: &[&["exceeded quota"]],
        title: quota,
        next: |said| {
            let command_line = format!("kubectl -n {} describe resourcequota", said.namespace);
            vec![
                command(command_line, "see the limit and what uses it"),
                tell("ask for less, or ask the administrator for more"),
            ]
        },
        retry: false,
    },
    Message {
        code: "quota-needs-requests",
        says: &[&["failed quota", "must specify"]],
        title: |said| {
            let what = said.after("must specify ").unwrap_or("requests and limits");
            format!("this namespace demands that every program says what it needs: {what}")
        },
        next: |said| {
            let command_line = format!("kubectl -n {} get resourcequota,limitrange", said.namespace);
            vec![
                command(command_line, "see the rule; a LimitRange with defaults satisfies it"),
                edit("target.namespace", "or choose another namespace"),
            ]
        },
        retry: false,
    },
    Message {
        code: "limit-range",
        says: &[
            &["is forbidden", "maximum", "usage per"],
            &["is forbidden", "minimum", "usage per"],
            &["is forbidden", "limit to request ratio"],
        ],
        title: |said| {
            let rule =
                said.between("[", "]").or_else(|| said.after("is forbidden: ")).unwrap_or("a limit of the namespace");
            format!("the namespace limits what one program may ask for: {rule}")
        },
        next: |said| vec![command(format!("kubectl -n {} describe limitrange", said.namespace), "see the limits")],
        retry: false,
    },
    Message {
        code: "pod-security",
        says: &[&["violates podsecurity"]],
        title: |said| {
            let level = said.between("violates PodSecurity \"", "\"").and_then(|level| level.split(':').next());
            format!("the namespace allows only pods of security level `{}`", level.unwrap_or("restricted"))
        },
        next: |said| {
            let label = format!(
                "kubectl label --overwrite namespace {} pod-security.kubernetes.io/enforce=privileged",
                said.namespace
            );
            let blocks = said.text.contains("NET_ADMIN");
            let metadata =
                edit("hub.block-metadata", "set it to `false`: its init container is what needs the privilege");
            let allow = if blocks { "or allow more in this namespace" } else { "allow more in this namespace" };
            blocks.then_some(metadata).into_iter().chain([command(label, allow)]).collect()
        },
        retry: false,
    },
    Message {
        code: "admission-denied",
        says: &[&["admission webhook", "denied the request"], &["validatingadmissionpolicy", "denied request"]],
        title: |said| {
            let policy =
                said.between("admission webhook \"", "\"").or_else(|| said.between("ValidatingAdmissionPolicy '", "'"));
            let words = said
                .after("denied the request: ")
                .or_else(|| said.after("denied request: "))
                .unwrap_or("no reason given");
            format!("policy `{}` of this cluster refused: {words}", policy.unwrap_or("?"))
        },
        next: |_| vec![tell("the cluster's administrator can say what the policy wants, or make an exception")],
        retry: false,
    },
    Message {
        code: "webhook-not-ready",
        says: &[&["failed calling webhook"], &["conversion webhook", "failed"]],
        title: |said| {
            let name = said.between("failed calling webhook \"", "\"").unwrap_or("of an add-on");
            if said.text.contains("deadline exceeded") {
                return format!(
                    "webhook `{name}` does not answer in time: a firewall or network policy may be in the way"
                );
            }
            format!("webhook `{name}` does not answer yet: its add-on may just be starting")
        },
        next: |_| {
            vec![
                again("an add-on that is starting answers within a minute or two"),
                command(
                    "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations",
                    "see whose webhook it is, and look at its pods",
                ),
            ]
        },
        retry: true,
    },
    Message {
        code: "service-account-missing",
        says: &[&["error looking up service account"], &["serviceaccount", "not found"]],
        title: |said| {
            let name = said.between("serviceaccount \"", "\"").unwrap_or("?");
            format!("service account `{name}` is not there yet")
        },
        next: |_| vec![again("it goes on by itself as soon as the service account is there")],
        retry: true,
    },
    Message {
        code: "namespace-terminating",
        says: &[&["because it is being terminated"], &["namespace", "is being terminated"]],
        title: |said| {
            let name = said.between("in namespace ", " because").or_else(|| said.between("namespace ", " is being"));
            format!("the namespace {} is still being removed", name.unwrap_or(said.namespace))
        },
        next: |said| {
            let name = said.between("in namespace ", " because").unwrap_or(said.namespace);
            vec![
                again("wait until it is gone"),
                command(format!("kubectl get namespace {name} -o yaml"), "see which finalizer holds it"),
            ]
        },
        retry: true,
    },
    // helm's own
    Message {
        code: "release-pending",
        says: &[&["another operation", "is in progress"]],
        title: |_| "a former install or upgrade of this release was cut off, or is still at work".to_owned(),
        next: |_| vec![command("hubwright resume", "take it up again: it marks what was cut off and goes on")],
        retry: true,
    },
    Message {
        code: "name-in-use",
        says: &[&["cannot re-use a name that is still in use"], &["cannot reuse a name that is still in use"]],
        title: |_| "a release of this name is there already".to_owned(),
        next: |said| {
            vec![
                command(format!("helm -n {} list --all", said.namespace), "see the releases"),
                edit("target.namespace", "or choose another namespace"),
            ]
        },
        retry: false,
    },
    Message {
        code: "not-ours",
        says: &[&["invalid ownership metadata"], &["exists and cannot be imported"]],
        title: |said| {
            let what = said.after("nable to continue with ").and_then(|rest| rest.split_once(": "));
            let what = what.and_then(|(_, rest)| rest.split_once(" exists")).map_or("something", |(what, _)| what);
            let what = what.strip_suffix(EVERYWHERE).unwrap_or(what);
            format!("{what} is there already, made by {}", owner(said))
        },
        next: |said| {
            let whole = "it is the whole cluster's: another namespace does not help";
            let elsewhere = edit("target.namespace", "or choose another namespace");
            let way = if said.text.contains(EVERYWHERE) { tell(whole) } else { elsewhere };
            let look = said.owner("namespace").map(|namespace| {
                command(format!("helm -n {namespace} list"), "see what it belongs to, and whether anybody needs that")
            });
            look.into_iter().chain([tell("remove it if nobody needs it"), way]).collect()
        },
        retry: false,
    },
    Message {
        code: "hook-failed",
        says: &[
            &["failed pre-install"],
            &["failed post-install"],
            &["pre-upgrade hooks failed"],
            &["post-upgrade hooks failed"],
            &["failed pre-upgrade"],
            &["failed post-upgrade"],
        ],
        title: |said| {
            let late = said.text.contains("timed out") || said.text.contains("deadline exceeded");
            let how = if late { "took too long" } else { "failed" };
            format!("a preparation step of the chart {how}")
        },
        next: |said| {
            let jobs = format!("kubectl -n {} get jobs,daemonsets,pods", said.namespace);
            vec![
                command(jobs, "see which one"),
                edit("hub.pre-pull", "if it is the download of notebook images: `false` leaves it out"),
            ]
        },
        retry: true,
    },
    Message {
        code: "chart-values",
        says: &[&["values don't meet the specifications of the schema"]],
        title: |_| "the chart does not accept a value".to_owned(),
        next: |_| vec![tell("a free-form value is likely wrong: the words below name it")],
        retry: false,
    },
    Message {
        code: "kubernetes-too-old",
        says: &[&["chart requires kubeversion"]],
        title: |said| {
            let wants = said.between("chart requires kubeVersion: ", " which").unwrap_or("a newer one");
            format!("the chart wants another version of Kubernetes: {wants}")
        },
        next: |_| vec![tell("choose an older chart version (answers `charts.…`), or upgrade the cluster")],
        retry: false,
    },
    Message {
        code: "chart-unreachable",
        says: &[
            &["is not a valid chart repository or cannot be reached"],
            &["failed to fetch", "index.yaml"],
            &["chart", "not found in", "repository"],
            &["failed to download", "chart"],
            &["chart", "no chart version found"],
        ],
        title: |said| {
            let repository = said.between("looks like \"", "\"").unwrap_or("the chart's repository");
            format!("the chart cannot be had from {repository}")
        },
        next: |_| {
            vec![
                again("the network may have failed for a moment"),
                edit("charts.repository", "or name a mirror that this machine reaches"),
            ]
        },
        retry: true,
    },
    Message {
        code: "release-too-big",
        says: &[&["sh.helm.release.v1", "too long"], &["request entity too large"]],
        title: |_| "the chart is too large to be recorded in the cluster".to_owned(),
        next: |_| vec![tell("a proxy before the API server may limit the size of requests")],
        retry: false,
    },
    Message {
        code: "crd-too-long",
        says: &[&["metadata.annotations", "too long"]],
        title: |_| "a definition is too large for a client-side apply".to_owned(),
        next: |_| vec![again("apply it server-side")],
        retry: true,
    },
    Message {
        code: "crd-missing",
        says: &[&["no matches for kind"], &["resource mapping not found"], &["could not find the requested resource"]],
        title: |said| {
            let kind = said.between("no matches for kind \"", "\"").unwrap_or("a custom kind");
            format!("this cluster does not know `{kind}`: the add-on that brings it must be installed first")
        },
        next: |said| match said.between("no matches for kind \"", "\"") {
            Some("RayCluster") => vec![edit("charts.operator", "let hubwright install the KubeRay operator")],
            Some("Middleware" | "IngressRoute" | "IngressRouteTCP") => {
                vec![tell("Dask Gateway's chart brings these definitions of Traefik in its `crds` folder")]
            }
            _ => vec![tell("install the add-on, then run the step again")],
        },
        retry: true,
    },
    Message {
        code: "apply-conflict",
        says: &[&["apply failed with", "conflict"], &["conflict with", "using"]],
        title: |said| {
            let who = said.between("conflict with \"", "\"").unwrap_or("someone else");
            let field = said.after(": .").map(|field| format!(" `.{field}`")).unwrap_or_default();
            format!("{who} has changed a field of ours by hand{field}")
        },
        next: |_| vec![tell("undo that change, or have the other program leave the field alone")],
        retry: false,
    },
    Message {
        code: "immutable-field",
        says: &[
            &["field is immutable"],
            &["updates to statefulset spec for fields other than"],
            &["spec is immutable after creation"],
            &["may not change once set"],
        ],
        title: |said| {
            let what = said.between("cannot patch \"", "\"").map(|name| format!(" of `{name}`")).unwrap_or_default();
            format!("this change{what} cannot be made in place")
        },
        next: |_| {
            vec![tell("delete the object and run the step again; a claim's data goes with the claim, so keep claims")]
        },
        retry: false,
    },
    Message {
        code: "claim-size",
        says: &[&["only dynamically provisioned pvc can be resized"], &["field can not be less than"]],
        title: |said| {
            let name = said.between("persistentvolumeclaims \"", "\"").or_else(|| said.between("Claim \"", "\""));
            let smaller = said.text.contains("can not be less than");
            let why = if smaller { "made smaller" } else { "made larger with its storage class" };
            format!("claim `{}` cannot be {why}", name.unwrap_or("?"))
        },
        next: |_| vec![tell("ask for the size that it has; people's data would go with the claim")],
        retry: false,
    },
    // who may do what
    Message {
        code: "forbidden",
        says: &[&["is forbidden", "cannot"], &["is forbidden", "attempting to grant"]],
        title: forbidden,
        next: |_| {
            vec![tell("ask an administrator for that right, or for an administrator's kubeconfig for the installation")]
        },
        retry: false,
    },
    Message {
        code: "not-logged-in",
        says: &[
            &["you must be logged in to the server"],
            &["unauthorized"],
            &["token has expired"],
            &["auth exec"],
            &["getting credentials"],
        ],
        title: |_| "the cluster does not accept the login: it ran out, or is another cluster's".to_owned(),
        next: |_| vec![command("kubectl get namespaces", "log in again; this shows whether it works")],
        retry: true,
    },
    // the way to the server
    Message {
        code: "certificate-time",
        says: &[&["certificate has expired or is not yet valid"], &["certificate expired"]],
        title: |_| "a certificate is out of date, or the clock of this machine or the cluster is wrong".to_owned(),
        next: |_| vec![command("date -u", "compare with the words below")],
        retry: false,
    },
    Message {
        code: "certificate-unknown",
        says: &[
            &["certificate signed by unknown authority"],
            &["unknownissuer"],
            &["self-signed certificate"],
            &["invalid peer certificate"],
        ],
        title: |_| "the certificate of the server is signed by someone unknown".to_owned(),
        next: |_| {
            vec![tell(
                "the kubeconfig must hold the cluster's own certificate authority (`certificate-authority-data`); a proxy may also stand between",
            )]
        },
        retry: false,
    },
    Message {
        code: "api-unreachable",
        says: &[
            &["connection refused"],
            &["no such host"],
            &["i/o timeout"],
            &["connection reset by peer"],
            &["unexpected eof"],
            &["etcdserver: request timed out"],
            &["etcdserver: leader changed"],
            &["service unavailable"],
            &["too many requests"],
            &["no route to host"],
            &["network is unreachable"],
            &["tls handshake timeout"],
            &["the server is currently unable"],
            &["client rate limiter wait"],
            &["http2: client connection lost"],
        ],
        title: |_| "no contact with the cluster; what runs in it goes on".to_owned(),
        next: |_| {
            vec![
                again("hubwright tries again by itself"),
                command("kubectl version", "see whether the cluster answers"),
            ]
        },
        retry: true,
    },
];
