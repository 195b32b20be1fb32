//! How the hub is reached, and its certificate. Must not know any chart's values.
use serde_json::json;

use crate::answers::{
    offers,
    question::{Kind, Question, lens},
    rules,
    tree::{AccessMethod, Answers, LoginMethod, TargetKind, TlsMethod},
};

fn hub(answers: &Answers) -> bool {
    answers.components.jupyterhub.unwrap_or(true)
}

fn method(answers: &Answers, wanted: AccessMethod) -> bool {
    hub(answers) && answers.access.method == Some(wanted)
}

fn tls(answers: &Answers, wanted: TlsMethod) -> bool {
    hub(answers) && answers.access.tls == Some(wanted)
}

/// Whether people may type a port: not where a proxy of theirs or Let's Encrypt has https on its usual one.
fn node_is_typed(answers: &Answers) -> bool {
    method(answers, AccessMethod::NodePort)
        && !matches!(answers.access.tls, Some(TlsMethod::Offload | TlsMethod::LetsEncrypt))
}

/// What leads to the hub of this machine where nobody says a name, if that can be known: all of its addresses have none, and
/// a proxy's is its own. No default of the question: written into a preset it would not follow the address.
pub(super) fn own_host(answers: &Answers) -> Option<String> {
    let address = super::machine::address(answers).filter(|address| !address.is_unspecified())?;
    match answers.login.method {
        _ if answers.machine.behind_proxy == Some(true) => None,
        Some(LoginMethod::Azuread) if address.is_loopback() => Some("localhost".to_owned()),
        _ => Some(address.to_string()),
    }
}

fn host_in_words(answers: &Answers) -> String {
    let own = (super::target(answers) == TargetKind::ThisMachine).then(|| own_host(answers)).flatten();
    own.map_or_else(|| "none".to_owned(), |host| format!("automatic: {host}"))
}

/// Providers send people back to it, an Ingress serves it, Let's Encrypt signs for it, and of a proxy in front nothing else
/// is known.
fn needs_host(answers: &Answers) -> bool {
    if super::target(answers) == TargetKind::ThisMachine {
        return own_host(answers).is_none();
    }
    super::login::oauth(answers)
        || method(answers, AccessMethod::Ingress)
        || tls(answers, TlsMethod::LetsEncrypt)
        || tls(answers, TlsMethod::Offload)
}

pub(super) const QUESTIONS: &[Question<Answers>] = &[
    Question::new(
        "access.method",
        "Access",
        "how traffic reaches the hub",
        Kind::Choice(&[
            ("load-balancer", "an address of its own; clouds and MetalLB hand them out"),
            ("node-port", "a port on every node, for a proxy of yours or for people themselves"),
            ("ingress", "a host name behind an ingress controller that runs already"),
            ("none", "inside the cluster only; reached by `kubectl port-forward`"),
        ]),
        lens!(Answers, access.method),
    ).only(TargetKind::Kubernetes)
    .when(hub)
    .required(),
    Question::new(
        "access.host",
        "Host name",
        "name (or address) that people type into the browser",
        Kind::Text,
        lens!(Answers, access.host),
    )
    .doc(
        "Needed for an Ingress, for Let's Encrypt, behind a proxy of yours, and for every real login: the provider sends people back to it. On \
         this machine it is `machine.address` if not said; for Azure AD `localhost`, the only name that it takes without https.",
    )
    .when(hub)
    .required_when(needs_host)
    .unsaid(host_in_words)
    .rule(rules::host),
    Question::new(
        "access.address",
        "Fixed address",
        "address that the load balancer is asked for",
        Kind::Text,
        lens!(Answers, access.address),
    ).only(TargetKind::Kubernetes)
    .when(|answers| method(answers, AccessMethod::LoadBalancer))
    .unsaid(|_| "any that is free".to_owned())
    .rule(rules::host),
    Question::new(
        "access.node-port",
        "Node port",
        "port on every node; chosen by the cluster if not said",
        Kind::Int { min: 30000, max: 32767 },
        lens!(Answers, access.node_port),
    ).only(TargetKind::Kubernetes)
    .when(|answers| method(answers, AccessMethod::NodePort))
    .unsaid(|_| "chosen by the cluster".to_owned()),
    Question::new(
        "access.ingress-class",
        "Ingress class",
        "which ingress controller; the cluster's default if not said",
        Kind::Text,
        lens!(Answers, access.ingress_class),
    ).offers(offers::ingress_classes).only(TargetKind::Kubernetes)
    .when(|answers| method(answers, AccessMethod::Ingress))
    .unsaid(|_| "the cluster's default".to_owned())
    .rule(rules::name),
    Question::new(
        "access.annotations",
        "Annotations",
        "annotations of the Ingress or of the load balancer's Service",
        Kind::Map,
        lens!(Answers, access.annotations),
    ).only(TargetKind::Kubernetes)
    .when(|answers| method(answers, AccessMethod::Ingress) || method(answers, AccessMethod::LoadBalancer))
    .or(|_, _| json!({}))
    .rule(rules::labels),
    Question::new(
        "access.tls",
        "Certificate",
        "where the certificate for https comes from",
        Kind::Choice(&[
            ("off", "none: plain http"),
            ("offload", "a proxy or load balancer of yours in front has it, and speaks http to the cluster"),
            ("secret", "a `kubernetes.io/tls` Secret that is there already"),
            ("cert-manager", "cert-manager signs for the Ingress"),
            ("lets-encrypt", "the chart asks Let's Encrypt itself; needs port 80 and 443 from the internet"),
        ]),
        lens!(Answers, access.tls),
    ).only(TargetKind::Kubernetes)
    .doc("With `offload` people type `https://`; the proxy must pass on web sockets and `Host`, and set `X-Forwarded-Proto: https`.")
    .when(hub)
    .or(|_, _| json!("off")),
    Question::new(
        "access.port",
        "Port",
        "port that people type into the browser: the node port itself, or that of a proxy of yours before it",
        Kind::Int { min: 1, max: 65535 },
        lens!(Answers, access.port),
    ).only(TargetKind::Kubernetes)
    .doc("A part of the callback URL, unless it is 80 with http or 443 with https.")
    .when(node_is_typed)
    .required_when(super::login::oauth)
    .unsaid(|_| "the node port".to_owned())
    .or(|answers, _| json!(answers.access.node_port)),
    Question::new(
        "access.tls-secret",
        "TLS Secret",
        "name of that Secret, in the deployment's namespace",
        Kind::Text,
        lens!(Answers, access.tls_secret),
    ).only(TargetKind::Kubernetes)
    .when(|answers| tls(answers, TlsMethod::Secret))
    .required()
    .rule(rules::name),
    Question::new(
        "access.issuer",
        "Issuer",
        "name of the cert-manager issuer",
        Kind::Text,
        lens!(Answers, access.issuer),
    ).offers(offers::cluster_issuers).only(TargetKind::Kubernetes)
    .when(|answers| tls(answers, TlsMethod::CertManager))
    .required()
    .rule(rules::name),
    Question::new(
        "access.issuer-kind",
        "Issuer kind",
        "whether the issuer is for the whole cluster",
        Kind::Choice(&[("cluster-issuer", "for the whole cluster"), ("issuer", "in the deployment's namespace")]),
        lens!(Answers, access.issuer_kind),
    ).only(TargetKind::Kubernetes)
    .when(|answers| tls(answers, TlsMethod::CertManager))
    .or(|_, _| json!("cluster-issuer")),
    Question::new(
        "access.letsencrypt-email",
        "Contact address",
        "e-mail address that Let's Encrypt warns before a certificate ends",
        Kind::Text,
        lens!(Answers, access.letsencrypt_email),
    ).only(TargetKind::Kubernetes)
    .when(|answers| tls(answers, TlsMethod::LetsEncrypt))
    .required()
    .rule(|value| match value.as_str().and_then(|text| text.split_once('@')) {
        Some((name, domain)) if !name.is_empty() && domain.contains('.') => rules::line(value),
        _ => Err("expected an e-mail address".to_owned()),
    }),
];
