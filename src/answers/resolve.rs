//! `resolve`: sparse answers become a complete valid [`Spec`], or the list of everything that is wrong.
//! Must not know who said an answer, nor any chart.
use super::{
    facts::Facts,
    invalid::Invalid,
    layers::complete,
    quantity::Quantity,
    question::Question,
    questions, rules,
    secret::SecretRef,
    spec::{
        Access, Allow, Charts, Cull, Dask, DaskLimits, Database, Exposure, Gpus, Homes, Hub, Image, Login, OAuthClient,
        Placement, Pool, Profile, Provider, Ray, Registry, Resources, Spec, Target, Tls, Toleration,
    },
    tree::{self, AccessMethod, AllowRule, Answers, LoginMethod, TlsMethod},
};

/// Fills in defaults, checks every answer and every combination, and builds the spec.
pub fn resolve(answers: &Answers, facts: &Facts) -> Result<Spec, Vec<Invalid>> {
    let answers = complete(answers, facts);
    let mut wrong = Vec::new();
    check_all(&answers, &mut wrong);
    check_combinations(&answers, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(build(&answers))
}

fn check_all(answers: &Answers, wrong: &mut Vec<Invalid>) {
    for question in questions::all() {
        check_one(question, answers, question.key, wrong);
    }
    for (index, pool) in answers.ray.pools.iter().flatten().enumerate() {
        for question in questions::POOL {
            check_one(question, pool, &format!("ray.pools[{index}].{}", question.key), wrong);
        }
    }
    for (index, profile) in answers.profiles.iter().flatten().enumerate() {
        for question in questions::PROFILE {
            check_one(question, profile, &format!("profiles[{index}].{}", question.key), wrong);
        }
    }
}

fn check_one<T>(question: &Question<T>, tree: &T, key: &str, wrong: &mut Vec<Invalid>) {
    if !(question.relevant)(tree) {
        return;
    }
    let value = (question.at.get)(tree);
    let empty = value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_str().is_some_and(|text| text.trim().is_empty());
    if empty && (question.required)(tree) {
        wrong.push(missing(question, key));
    } else if let Err(error) = question.check(&value) {
        wrong.push(Invalid::at(key, error));
    }
}

fn missing<T>(question: &Question<T>, key: &str) -> Invalid {
    let example = match question.kind {
        super::question::Kind::Choice(choices) => choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("|"),
        super::question::Kind::Secret => "env:NAME".to_owned(),
        kind => kind.name().to_uppercase().replace(' ', "-"),
    };
    Invalid::at(key, format!("needs an answer: {}", question.help))
        .hint(format!("`--set {key}={example}`, or say it in a preset"))
}

fn check_combinations(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let components = &answers.components;
    if [components.jupyterhub, components.ray, components.dask] == [Some(false); 3] {
        wrong.push(Invalid::at("components", "are all switched off: there is nothing to install"));
    }
    if components.jupyterhub != Some(false) {
        check_login(answers, wrong);
        check_access(answers, wrong);
        check_profiles(answers, wrong);
    }
    if components.ray != Some(false) {
        check_pools(answers, wrong);
    }
}

fn check_login(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let login = &answers.login;
    // The rule means nothing without a real provider: a trial may be laid over a preset that has one.
    if !matches!(login.method, Some(LoginMethod::Azuread | LoginMethod::Github | LoginMethod::Moodle)) {
        return;
    }
    let rule = |wanted: AllowRule| login.allow == Some(wanted);
    if rule(AllowRule::Groups) && login.method != Some(LoginMethod::Azuread) {
        wrong.push(Invalid::at("login.allow", "`groups` works with Azure AD only").hint("choose `users` or `all`"));
    }
    if rule(AllowRule::Organizations) && login.method != Some(LoginMethod::Github) {
        wrong
            .push(Invalid::at("login.allow", "`organizations` works with GitHub only").hint("choose `users` or `all`"));
    }
}

fn check_access(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let access = &answers.access;
    let ingress = access.method == Some(AccessMethod::Ingress);
    if ingress && access.host.as_deref().is_some_and(|host| host.parse::<std::net::IpAddr>().is_ok()) {
        wrong.push(Invalid::at("access.host", "is an address: an Ingress serves a host name"));
    }
    if ingress && access.host.as_deref().is_some_and(|host| host.contains(|c: char| c.is_ascii_uppercase())) {
        wrong.push(Invalid::at("access.host", "holds capital letters, which Kubernetes refuses in an Ingress"));
    }
    match access.tls {
        Some(TlsMethod::CertManager) if !ingress => {
            wrong.push(
                Invalid::at("access.tls", "`cert-manager` signs for an Ingress")
                    .hint("choose `access.method=ingress`, or `secret` with a certificate that cert-manager made"),
            );
        }
        Some(TlsMethod::LetsEncrypt) => check_letsencrypt(access, wrong),
        Some(TlsMethod::Secret) if access.method == Some(AccessMethod::None) => {
            wrong.push(
                Invalid::at("access.tls", "has no effect inside the cluster only")
                    .hint("choose `off`, or another `access.method`"),
            );
        }
        _ => {}
    }
}

fn check_letsencrypt(access: &tree::Access, wrong: &mut Vec<Invalid>) {
    if !matches!(access.method, Some(AccessMethod::LoadBalancer | AccessMethod::NodePort)) {
        wrong.push(
            Invalid::at("access.tls", "`lets-encrypt` needs the hub's own address")
                .hint("choose `access.method=load-balancer`, or `cert-manager` with an Ingress"),
        );
    }
}

fn check_profiles(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let profiles = answers.profiles.as_deref().unwrap_or_default();
    if profiles.iter().filter(|profile| profile.default == Some(true)).count() > 1 {
        wrong.push(Invalid::at("profiles", "have more than one default").hint("keep `default: true` on one of them"));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, profile) in profiles.iter().enumerate() {
        let slug = slug(profile.name.as_deref().unwrap_or_default());
        let key = format!("profiles[{index}].name");
        if profile.name.is_some() && slug.is_empty() {
            wrong.push(Invalid::at(key, "has no letter or digit"));
        } else if !slug.is_empty() && !seen.insert(slug) {
            wrong.push(Invalid::at(key, "is the name of another profile too, or differs only in signs"));
        }
        if profile.shm.as_deref().and_then(parse) > profile.memory.as_deref().and_then(parse)
            && profile.memory.is_some()
        {
            wrong.push(Invalid::at(
                format!("profiles[{index}].shm"),
                "is more than the profile's memory, which it counts against",
            ));
        }
    }
}

fn check_pools(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let mut seen = std::collections::BTreeSet::new();
    for (index, pool) in answers.ray.pools.iter().flatten().enumerate() {
        if let Some(name) = pool.name.as_deref().filter(|name| !seen.insert(*name)) {
            wrong.push(Invalid::at(
                format!("ray.pools[{index}].name"),
                format!("`{name}` is the name of another pool too"),
            ));
        }
        if pool.max < pool.min {
            wrong.push(Invalid::at(format!("ray.pools[{index}].max"), "is smaller than `min`"));
        }
        if pool.max == Some(0) {
            wrong.push(
                Invalid::at(format!("ray.pools[{index}].max"), "is 0: the pool could never have a worker")
                    .hint("leave the pool out"),
            );
        }
    }
}

fn parse(text: &str) -> Option<f64> {
    text.parse::<Quantity>().ok().map(|quantity| quantity.value())
}

fn build(answers: &Answers) -> Spec {
    let wanted = |component: Option<bool>| component.unwrap_or(true);
    Spec {
        target: Target { context: answers.target.context.clone(), namespace: text(answers.target.namespace.as_ref()) },
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
    let cull = &answers.cull;
    Hub {
        notebook: image(answers.notebook.image.as_ref(), answers.notebook.tag.as_ref()),
        packages: answers.notebook.packages.clone().unwrap_or_default(),
        resources: resources(extras.cpu.as_ref(), extras.memory.as_ref()),
        login: login(answers),
        access: access(answers),
        homes: homes(&answers.storage),
        database: database(&answers.storage),
        profiles: profiles(answers),
        cull: cull
            .enabled
            .unwrap_or(true)
            .then(|| Cull { timeout: cull.timeout.unwrap_or_default(), every: cull.every.unwrap_or_default() }),
        announcement: extras.announcement.clone(),
        network_policy: extras.network_policy.unwrap_or(true),
        pre_pull: extras.pre_pull.unwrap_or(true),
        block_metadata: extras.block_metadata.unwrap_or(true),
    }
}

fn login(answers: &Answers) -> Login {
    let login = &answers.login;
    let scheme = if answers.access.tls.is_none_or(|tls| tls == TlsMethod::Off) { "http" } else { "https" };
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
        callback: answers.access.host.as_ref().map(|host| format!("{scheme}://{host}/hub/oauth_callback")),
    }
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
    let access = &answers.access;
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
        tls: match access.tls {
            Some(TlsMethod::Secret) => Tls::Secret { name: text(access.tls_secret.as_ref()) },
            Some(TlsMethod::CertManager) => Tls::CertManager {
                issuer: text(access.issuer.as_ref()),
                kind: access.issuer_kind.unwrap_or(tree::IssuerKind::ClusterIssuer),
            },
            Some(TlsMethod::LetsEncrypt) => Tls::LetsEncrypt { email: text(access.letsencrypt_email.as_ref()) },
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

/// A name as a slug: lower case, digits and `-`, at most 40 characters.
pub fn slug(name: &str) -> String {
    let dashed: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
    let slug: String = parts.join("-").chars().take(40).collect();
    let slug = slug.trim_end_matches('-').to_owned();
    if slug.is_empty() || rules::is_label(&slug) { slug } else { format!("p-{slug}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{
        layers::{Layers, Origin},
        secret::SecretRef,
    };

    fn answers(sets: &[(&str, &str)]) -> Answers {
        let mut layers = Layers::new();
        for (key, value) in sets {
            layers.set(Origin::Set, key, value).unwrap();
        }
        layers.merged()
    }

    fn wrong(sets: &[(&str, &str)]) -> Vec<String> {
        let mut keys: Vec<_> =
            resolve(&answers(sets), &Facts::default()).unwrap_err().into_iter().filter_map(|w| w.key).collect();
        keys.sort();
        keys
    }

    const GITHUB: &[(&str, &str)] = &[
        ("login.method", "github"),
        ("login.client-id", "x"),
        ("login.client-secret", "env:X"),
        ("login.allow", "organizations"),
        ("login.organizations", "a,b:team"),
        ("access.method", "load-balancer"),
        ("access.host", "hub.example.org"),
    ];

    #[test]
    fn nothing_said_names_every_missing_answer_at_once() {
        assert_eq!(wrong(&[]), ["access.method", "login.method"]);
        assert_eq!(
            wrong(&[("login.method", "azuread"), ("access.method", "none")]),
            ["access.host", "login.allow", "login.client-id", "login.client-secret", "login.tenant"]
        );
    }

    #[test]
    fn a_callback_is_computed_from_host_and_certificate() {
        let spec = resolve(&answers(GITHUB), &Facts::default()).unwrap();
        let login = spec.hub.unwrap().login;
        assert_eq!(login.callback.as_deref(), Some("http://hub.example.org/hub/oauth_callback"));
        assert_eq!(login.allow, Allow::Organizations(vec!["a".into(), "b:team".into()]));
        let tls: Vec<_> = GITHUB
            .iter()
            .copied()
            .chain([("access.tls", "lets-encrypt"), ("access.letsencrypt-email", "a@b.org")])
            .collect();
        let spec = resolve(&answers(&tls), &Facts::default()).unwrap();
        assert_eq!(spec.hub.unwrap().login.callback.as_deref(), Some("https://hub.example.org/hub/oauth_callback"));
    }

    #[test]
    fn impossible_combinations_are_refused() {
        let with = |more: &[(&'static str, &'static str)]| {
            wrong(&GITHUB.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>())
        };
        assert_eq!(with(&[("login.allow", "groups")]), ["login.allow"]);
        assert_eq!(with(&[("access.tls", "cert-manager"), ("access.issuer", "x")]), ["access.tls"]);
        assert_eq!(with(&[("access.method", "ingress"), ("access.host", "10.0.0.1")]), ["access.host"]);
        assert_eq!(
            with(&[("ray.pools", "[{name: a, min: 3, max: 2}, {name: a}]")]),
            ["ray.pools[0].max", "ray.pools[1].name"]
        );
        assert_eq!(
            with(&[("profiles", "[{name: A b, default: true}, {name: a-B, default: true}]")]),
            ["profiles", "profiles[1].name"]
        );
        assert_eq!(with(&[("registry.server", "r.example.org")]), ["registry.password", "registry.username"]);
        assert_eq!(
            with(&[("components.jupyterhub", "false"), ("components.ray", "false"), ("components.dask", "false")]),
            ["components"]
        );
    }

    #[test]
    fn defaults_of_a_trial_are_complete() {
        let spec =
            resolve(&answers(&[("login.method", "dummy"), ("access.method", "none")]), &Facts::default()).unwrap();
        let hub = spec.hub.unwrap();
        assert_eq!(
            hub.login.provider,
            Provider::Dummy {
                password: SecretRef::Kubernetes { name: "hubwright-generated".into(), key: "dummy-password".into() }
            }
        );
        assert_eq!(spec.ray.unwrap().pools.len(), 1);
        assert_eq!(spec.dask.unwrap().image.repository, "ghcr.io/dask/dask-gateway");
    }

    #[test]
    fn slugs_are_labels() {
        assert_eq!(slug("GPU notebook, 1 × H100"), "gpu-notebook-1-h100");
        assert_eq!(slug("4 cores"), "p-4-cores");
        assert_eq!(slug("×"), "");
    }
}
