//! Slim Services, EndpointSlices, Ingresses and IngressClasses. Must not know any rule.
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::{Meta, annotation, meta::or_default};

/// A Service.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: ServiceSpec,
    /// What is.
    pub status: AddressStatus,
}

/// What a Service asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServiceSpec {
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    #[serde(rename = "type")]
    pub kind: Option<Box<str>>,
    /// Labels of the pods behind it; empty: somebody else writes its endpoints.
    #[serde(deserialize_with = "or_default")]
    pub selector: BTreeMap<Box<str>, Box<str>>,
    /// Addresses that somebody else routes here.
    #[serde(rename = "externalIPs", deserialize_with = "or_default")]
    pub external_ips: Box<[Box<str>]>,
    /// Ports.
    #[serde(deserialize_with = "or_default")]
    pub ports: Box<[ServicePort]>,
}

/// A port of a Service.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ServicePort {
    /// Name.
    pub name: Option<Box<str>>,
    /// Number.
    pub port: u16,
    /// The port on every node.
    pub node_port: Option<u16>,
}

/// The address that a load balancer gave a Service or an Ingress.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AddressStatus {
    /// The load balancer.
    #[serde(deserialize_with = "or_default")]
    pub load_balancer: LoadBalancer,
}

impl AddressStatus {
    /// The first address or host name.
    pub fn address(&self) -> Option<&str> {
        self.load_balancer.ingress.iter().find_map(|at| at.ip.as_deref().or(at.hostname.as_deref()))
    }
}

/// A load balancer's addresses.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    /// Addresses.
    #[serde(deserialize_with = "or_default")]
    pub ingress: Box<[Address]>,
}

/// One address.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Address.
    pub ip: Option<Box<str>>,
    /// Or host name.
    pub hostname: Option<Box<str>>,
}

/// A part of a Service's endpoints: counted, not kept.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EndpointSlice {
    /// Metadata.
    pub metadata: Meta,
    /// Endpoints by readiness.
    pub endpoints: Endpoints,
}

/// How many endpoints get traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Ready ones.
    pub ready: u32,
    /// All.
    pub total: u32,
}

impl<'de> Deserialize<'de> for Endpoints {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Endpoint {
            conditions: Conditions,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Conditions {
            ready: Option<bool>,
        }
        let list = Option::<Vec<Endpoint>>::deserialize(from)?.unwrap_or_default();
        // the API says: readiness that is not said counts as ready
        let ready = list.iter().filter(|endpoint| endpoint.conditions.ready != Some(false)).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Self { ready: count(ready), total: count(list.len()) })
    }
}

/// An Ingress.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Ingress {
    /// Metadata.
    pub metadata: Meta,
    /// What was asked for.
    pub spec: IngressSpec,
    /// What is; many controllers never write it.
    pub status: AddressStatus,
}

impl Ingress {
    /// The class it names, in the field or in the annotation of old.
    pub fn class(&self) -> Option<&str> {
        let field = self.spec.ingress_class_name.as_deref();
        field.or_else(|| annotation(&self.metadata, "kubernetes.io/ingress.class"))
    }

    /// Every Service it leads to.
    pub fn backends(&self) -> impl Iterator<Item = &ServiceBackend> {
        let paths = self.spec.rules.iter().filter_map(|rule| rule.http.as_ref()).flat_map(|http| http.paths.iter());
        paths.map(|path| &path.backend).chain(self.spec.default_backend.as_ref()).filter_map(|to| to.service.as_ref())
    }
}

/// What an Ingress asks for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IngressSpec {
    /// Class; `None`: the default one.
    pub ingress_class_name: Option<Box<str>>,
    /// Where everything else goes.
    pub default_backend: Option<Backend>,
    /// Rules.
    #[serde(deserialize_with = "or_default")]
    pub rules: Box<[IngressRule]>,
}

/// What happens for a host.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressRule {
    /// Host.
    pub host: Option<Box<str>>,
    /// Paths.
    pub http: Option<IngressPaths>,
}

/// The paths of a rule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressPaths {
    /// Paths.
    #[serde(deserialize_with = "or_default")]
    pub paths: Box<[IngressPath]>,
}

/// A path.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressPath {
    /// Where it leads.
    pub backend: Backend,
}

/// Where a path leads.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Backend {
    /// A Service.
    pub service: Option<ServiceBackend>,
}

/// A Service and a port of it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ServiceBackend {
    /// Name of the Service.
    pub name: Box<str>,
    /// Port.
    pub port: BackendPort,
}

/// A port by name or number.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BackendPort {
    /// Name.
    pub name: Option<Box<str>>,
    /// Number.
    pub number: Option<u16>,
}

/// A kind of ingress.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressClass {
    /// Metadata.
    pub metadata: Meta,
    /// Who serves it.
    pub spec: IngressClassSpec,
}

impl IngressClass {
    /// Whether an Ingress that names no class gets this one.
    pub fn is_default(&self) -> bool {
        annotation(&self.metadata, "ingressclass.kubernetes.io/is-default-class") == Some("true")
    }
}

/// Who serves an ingress class.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IngressClassSpec {
    /// Controller, `k8s.io/ingress-nginx`.
    pub controller: Option<Box<str>>,
}
