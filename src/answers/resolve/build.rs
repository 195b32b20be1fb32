//! Complete checked answers become a [`Spec`]. Must not refuse anything: what is wrong was found before.
use std::net::{IpAddr, Ipv4Addr};

use super::slug;
use crate::answers::{
    quantity::Quantity,
    questions,
    secret::SecretRef,
    spec::{
        Access, Allow, Charts, Cull, Dask, DaskLimits, Database, Exposure, Gpus, Homes, Hub, Image, Login, Machine,
        OAuthClient, Place, Placement, Pool, Profile, Provider, Ray, Registry, Resources, Spec, Target, Tls,
        Toleration,
    },
    tree::{self, AccessMethod, AllowRule, Answers, LoginMethod, TargetKind, TlsMethod},
    versions,
};

/// The spec of complete answers.
pub(super) fn spec(answers: &Answers) -> Spec {
    let wanted = |component: Option<bool>| component.unwrap_or(true);
    Spec {
        target: target(answers),
        hub: wanted(answers.components.jupyterhub).then(|| hub(answers)),
        ray: wanted(answers.components.ray).then(|| ray(answers)),
        dask: wanted(answers.components.dask).then(|| dask(answers)),
        registry: answers.registry.server.as_ref().map(|server| Registry {
            server: server.clone(),
            username: text(answers.registry.username.as_ref()),
            password: secret(answers.registry.password.as_ref()),
        }),
        charts: charts(answers),
    }
}

fn target(answers: &Answers) -> Target {
    let place = match questions::target(answers) {
        TargetKind::Kubernetes => Place::Kubernetes { context: answers.target.context.clone() },
        TargetKind::ThisMachine => Place::Machine(machine(&answers.machine)),
    };
    Target { place, namespace: text(answers.target.namespace.as_ref()) }
}

fn machine(machine: &tree::Machine) -> Machine {
    Machine {
        folder: machine.folder.as_deref().map(no_slash),
        first_port: machine.first_port.unwrap_or_default(),
        python: machine.python.clone(),
        wheels: machine.wheels.as_deref().map(no_slash),
        at_boot: machine.at_boot.unwrap_or_default(),
    }
}

fn on_machine(answers: &Answers) -> bool {
    questions::target(answers) == TargetKind::ThisMachine
}

fn charts(answers: &Answers) -> Charts {
    let charts = &answers.charts;
    Charts {
        repository: charts.repository.clone(),
        jupyterhub: text(charts.jupyterhub.as_ref()),
        kuberay: text(charts.kuberay.as_ref()),
        dask_gateway: text(charts.dask_gateway.as_ref()),
        operator: charts.operator.unwrap_or(true),
    }
}

fn hub(answers: &Answers) -> Hub {
    let extras = &answers.hub;
    // What is about pods and nodes is switched off where there are none.
    let wanted = |extra: Option<bool>| extra.unwrap_or(!on_machine(answers));
    let cull = &answers.cull;
    Hub {
        notebook: image(answers.notebook.image.as_ref(), answers.notebook.tag.as_ref()),
        packages: packages(answers),
        resources: resources(extras.cpu.as_ref(), extras.memory.as_ref()),
        login: login(answers),
        access: access(answers),
        homes: if on_machine(answers) { Homes::Folder } else { homes(&answers.storage) },
        database: if on_machine(answers) { Database::File } else { database(&answers.storage) },
        profiles: profiles(answers),
        cull: cull
            .enabled
            .unwrap_or(true)
            .then(|| Cull { timeout: cull.timeout.unwrap_or_default(), every: cull.every.unwrap_or_default() }),
        announcement: extras.announcement.clone(),
        network_policy: wanted(extras.network_policy),
        pre_pull: wanted(extras.pre_pull),
        block_metadata: wanted(extras.block_metadata),
    }
}

/// The environment of this machine has the usual packages already: presets of clusters name them.
fn packages(answers: &Answers) -> Vec<String> {
    let there = |package: &str| on_machine(answers) && versions::NOTEBOOK_PACKAGES.contains(&package);
    answers.notebook.packages.iter().flatten().filter(|package| !there(package)).cloned().collect()
}

fn login(answers: &Answers) -> Login {
    let login = &answers.login;
    let list = |names: &Option<Vec<String>>| names.clone().unwrap_or_default();
    Login {
        provider: provider(login),
        allow: match login.allow {
            Some(AllowRule::Users) => Allow::Users(list(&login.users)),
            Some(AllowRule::Groups) => Allow::Groups(list(&login.groups)),
            Some(AllowRule::Organizations) => Allow::Organizations(list(&login.organizations)),
            Some(AllowRule::All) | None => Allow::All,
        },
        admins: list(&login.admins),
        callback: callback(answers),
    }
}

/// The trial login sends nobody anywhere.
fn callback(answers: &Answers) -> Option<String> {
    let oauth = answers.login.method.is_some_and(|method| method != LoginMethod::Dummy);
    access(answers).url().filter(|_| oauth).map(|url| format!("{url}/hub/oauth_callback"))
}

fn provider(login: &tree::Login) -> Provider {
    let client = || OAuthClient { id: text(login.client_id.as_ref()), secret: secret(login.client_secret.as_ref()) };
    let claim = || text(login.username_claim.as_ref());
    match login.method {
        Some(LoginMethod::Azuread) => {
            Provider::AzureAd { tenant: text(login.tenant.as_ref()), client: client(), username_claim: claim() }
        }
        Some(LoginMethod::Github) => Provider::GitHub { url: login.url.as_deref().map(no_slash), client: client() },
        Some(LoginMethod::Moodle) => Provider::Moodle {
            url: login.url.as_deref().map(no_slash).unwrap_or_default(),
            client: client(),
            label: text(login.label.as_ref()),
            username_claim: claim(),
        },
        Some(LoginMethod::Dummy) | None => Provider::Dummy { password: secret(login.password.as_ref()) },
    }
}

fn no_slash(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

fn access(answers: &Answers) -> Access {
    if on_machine(answers) { machine_access(answers) } else { cluster_access(&answers.access) }
}

fn machine_access(answers: &Answers) -> Access {
    let machine = &answers.machine;
    let address = machine.address.as_deref().and_then(|address| address.parse().ok());
    Access {
        exposure: Exposure::Machine {
            address: address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            port: machine.port.unwrap_or_default(),
        },
        host: questions::host_of_machine(answers),
        port: None,
        tls: match (&machine.certificate, &machine.key) {
            (Some(certificate), Some(key)) => Tls::Files { certificate: certificate.clone(), key: key.clone() },
            _ if machine.behind_proxy == Some(true) => Tls::Offload,
            _ => Tls::Off,
        },
    }
}

fn cluster_access(access: &tree::Access) -> Access {
    let annotations = access.annotations.clone().unwrap_or_default();
    Access {
        exposure: match access.method {
            Some(AccessMethod::LoadBalancer) => Exposure::LoadBalancer { address: access.address.clone(), annotations },
            Some(AccessMethod::NodePort) => Exposure::NodePort { port: access.node_port },
            Some(AccessMethod::Ingress) => {
                Exposure::Ingress { class: access.ingress_class.clone(), host: text(access.host.as_ref()), annotations }
            }
            Some(AccessMethod::None) | None => Exposure::ClusterIp,
        },
        host: access.host.clone(),
        port: access.port,
        tls: match access.tls {
            Some(TlsMethod::Secret) => Tls::Secret { name: text(access.tls_secret.as_ref()) },
            Some(TlsMethod::CertManager) => Tls::CertManager {
                issuer: text(access.issuer.as_ref()),
                kind: access.issuer_kind.unwrap_or(tree::IssuerKind::ClusterIssuer),
            },
            Some(TlsMethod::LetsEncrypt) => Tls::LetsEncrypt { email: text(access.letsencrypt_email.as_ref()) },
            Some(TlsMethod::Offload) => Tls::Offload,
            Some(TlsMethod::Off) | None => Tls::Off,
        },
    }
}

fn homes(storage: &tree::Storage) -> Homes {
    match storage.homes {
        Some(tree::Homes::Static) => Homes::Static { claim: text(storage.claim.as_ref()) },
        Some(tree::Homes::None) => Homes::None,
        Some(tree::Homes::Dynamic) | None => {
            Homes::Dynamic { class: storage.class.clone(), size: quantity(storage.size.as_ref()) }
        }
    }
}

fn database(storage: &tree::Storage) -> Database {
    let server = |kind| Database::Server {
        kind,
        url: text(storage.database_url.as_ref()),
        password: secret(storage.database_password.as_ref()),
    };
    match storage.database {
        Some(tree::Database::SqliteMemory) => Database::SqliteMemory,
        Some(tree::Database::Postgres) => server("postgres"),
        Some(tree::Database::Mysql) => server("mysql"),
        Some(tree::Database::SqlitePvc) | None => Database::SqlitePvc { class: storage.database_class.clone() },
    }
}

fn profiles(answers: &Answers) -> Vec<Profile> {
    let rows = answers.profiles.as_deref().unwrap_or_default();
    let default = rows.iter().position(|row| row.default == Some(true)).unwrap_or(0);
    rows.iter().enumerate().map(|(index, row)| profile(row, index == default)).collect()
}

fn profile(row: &tree::Profile, default: bool) -> Profile {
    let name = text(row.name.as_ref());
    Profile {
        slug: slug(&name),
        name,
        description: text(row.description.as_ref()),
        image: row.image.as_ref().map(|_| image(row.image.as_ref(), row.tag.as_ref())),
        cpu: row.cpu.as_ref().map(|cpu| quantity(Some(cpu))),
        memory: row.memory.as_ref().map(|memory| quantity(Some(memory))),
        gpus: gpus(row.gpus, row.gpu_resource.as_ref()),
        shm: row.shm.as_ref().map(|shm| quantity(Some(shm))),
        placement: placement(row.node_selector.as_ref(), row.tolerations.as_ref()),
        default,
    }
}

fn ray(answers: &Answers) -> Ray {
    let ray = &answers.ray;
    Ray {
        name: text(ray.name.as_ref()),
        image: image(ray.image.as_ref(), ray.tag.as_ref()),
        head: resources(ray.head_cpu.as_ref(), ray.head_memory.as_ref()),
        autoscaling: ray.autoscaling.unwrap_or_default(),
        token_auth: ray.token_auth.unwrap_or(true),
        pools: ray.pools.iter().flatten().map(pool).collect(),
    }
}

fn pool(row: &tree::Pool) -> Pool {
    Pool {
        name: text(row.name.as_ref()),
        resources: resources(row.cpu.as_ref(), row.memory.as_ref()),
        gpus: gpus(row.gpus, row.gpu_resource.as_ref()),
        min: row.min.unwrap_or_default(),
        max: row.max.unwrap_or_default(),
        placement: placement(row.node_selector.as_ref(), row.tolerations.as_ref()),
    }
}

fn dask(answers: &Answers) -> Dask {
    let dask = &answers.dask;
    Dask {
        image: image(dask.image.as_ref(), dask.tag.as_ref()),
        scheduler: resources(dask.scheduler_cpu.as_ref(), dask.scheduler_memory.as_ref()),
        worker: resources(dask.worker_cpu.as_ref(), dask.worker_memory.as_ref()),
        limits: DaskLimits {
            clusters_per_user: dask.clusters_per_user,
            cluster_cpu: dask.cluster_cpu.as_ref().map(|cpu| quantity(Some(cpu))),
            cluster_memory: dask.cluster_memory.as_ref().map(|memory| quantity(Some(memory))),
            cluster_workers: dask.cluster_workers,
        },
    }
}

fn gpus(count: Option<u32>, resource: Option<&String>) -> Option<Gpus> {
    count.filter(|count| *count > 0).map(|count| Gpus { resource: text(resource), count })
}

fn placement(
    node_selector: Option<&std::collections::BTreeMap<String, String>>,
    tolerations: Option<&Vec<String>>,
) -> Placement {
    Placement {
        node_selector: node_selector.cloned().unwrap_or_default(),
        tolerations: tolerations.into_iter().flatten().map(|text| toleration(text)).collect(),
    }
}

/// Reads `key=value:Effect`, `key:Effect` or `key`.
fn toleration(text: &str) -> Toleration {
    let (taint, effect) = text.split_once(':').map_or((text, None), |(taint, effect)| (taint, Some(effect.to_owned())));
    let (key, value) = taint.split_once('=').map_or((taint, None), |(key, value)| (key, Some(value.to_owned())));
    Toleration { key: key.to_owned(), value, effect }
}

fn resources(cpu: Option<&String>, memory: Option<&String>) -> Resources {
    Resources { cpu: quantity(cpu), memory: quantity(memory) }
}

/// Checked before, so the fallback is never taken.
fn quantity(text: Option<&String>) -> Quantity {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Checked before, so the fallback is never taken.
fn secret(reference: Option<&SecretRef>) -> SecretRef {
    reference.cloned().unwrap_or_else(|| SecretRef::Env(String::new()))
}

fn image(repository: Option<&String>, tag: Option<&String>) -> Image {
    Image { repository: text(repository), tag: text(tag) }
}

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}
