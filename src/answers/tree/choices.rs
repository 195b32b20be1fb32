//! Answers that are one of a few words. Must not know what a word leads to, nor how it is explained: that is the questions'.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }
    )*};
}

choices! {
    /// Where to install.
    TargetKind {
        /// A cluster that a kubeconfig reaches.
        Kubernetes,
        /// The machine that hubwright runs on.
        ThisMachine,
    }
    /// How people log in.
    LoginMethod {
        /// Microsoft Entra ID (Azure AD).
        Azuread,
        /// GitHub or GitHub Enterprise.
        Github,
        /// Moodle with the OAuth plugin.
        Moodle,
        /// One shared password, for trials only.
        Dummy,
    }
    /// Who may log in.
    AllowRule {
        /// Everybody the provider knows.
        All,
        /// The users listed in `login.users`.
        Users,
        /// Members of `login.groups` (Azure AD).
        Groups,
        /// Members of `login.organizations` (GitHub).
        Organizations,
    }
    /// How traffic reaches the hub.
    AccessMethod {
        /// A Service of type `LoadBalancer`.
        LoadBalancer,
        /// A port on every node.
        NodePort,
        /// An Ingress.
        Ingress,
        /// Inside the cluster only; reached by port-forward.
        None,
    }
    /// Where the certificate comes from.
    TlsMethod {
        /// Plain HTTP.
        Off,
        /// A proxy or load balancer in front ends TLS; the cluster serves plain HTTP.
        Offload,
        /// An existing Secret.
        Secret,
        /// A cert-manager issuer (with an Ingress).
        CertManager,
        /// The chart's own Let's Encrypt client.
        LetsEncrypt,
    }
    /// Kind of a cert-manager issuer.
    IssuerKind {
        /// For the whole cluster.
        ClusterIssuer,
        /// In the namespace.
        Issuer,
    }
    /// What home directories are made of.
    Homes {
        /// A claim for each user, made on first login.
        Dynamic,
        /// One existing claim, a folder for each user.
        Static,
        /// Nothing: gone when the server stops.
        None,
    }
    /// Where the hub keeps users and servers.
    Database {
        /// A file on a small volume.
        SqlitePvc,
        /// Memory: forgotten at each restart of the hub.
        SqliteMemory,
        /// A `PostgreSQL` server.
        Postgres,
        /// A `MySQL` server.
        Mysql,
    }
}
