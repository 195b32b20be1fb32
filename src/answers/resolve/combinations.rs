//! Answers that are fine each for itself and impossible together. One function for each part of the answers.
//! Must not know how a single answer is checked, nor who said it.
use super::{machine, slug};
use crate::answers::{
    invalid::Invalid,
    quantity::Quantity,
    questions,
    tree::{self, AccessMethod, AllowRule, Answers, LoginMethod, TargetKind, TlsMethod},
    versions,
};

/// Reports every impossible combination.
pub(super) fn check(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let components = &answers.components;
    if [components.jupyterhub, components.ray, components.dask] == [Some(false); 3] {
        wrong.push(Invalid::at("components", "are all switched off: there is nothing to install"));
    }
    let hub = components.jupyterhub != Some(false);
    if hub {
        check_login(answers, wrong);
        check_profiles(answers, wrong);
    }
    match questions::target(answers) {
        TargetKind::Kubernetes if hub => check_access(answers, wrong),
        TargetKind::Kubernetes => {}
        TargetKind::ThisMachine => machine::check(answers, hub, wrong),
    }
    if components.ray != Some(false) {
        check_token(&answers.ray, wrong);
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
    } else if rule(AllowRule::Organizations) && login.method != Some(LoginMethod::Github) {
        wrong
            .push(Invalid::at("login.allow", "`organizations` works with GitHub only").hint("choose `users` or `all`"));
    } else {
        check_allow_lists(login, wrong);
    }
}

/// Whoever lists names means that they count: under another rule they would be ignored, and with `all` everybody gets in.
fn check_allow_lists(login: &tree::Login, wrong: &mut Vec<Invalid>) {
    let Some(rule) = login.allow else { return };
    let lists = [
        ("users", &login.users, AllowRule::Users),
        ("groups", &login.groups, AllowRule::Groups),
        ("organizations", &login.organizations, AllowRule::Organizations),
    ];
    let effect = if rule == AllowRule::All { "which lets everybody in" } else { "which looks at other names" };
    for (name, list, own) in lists {
        if own != rule && list.as_ref().is_some_and(|list| !list.is_empty()) {
            let said = serde_json::to_value(rule).unwrap_or_default();
            let said = said.as_str().unwrap_or_default();
            let key = format!("login.{name}");
            wrong.push(
                Invalid::at(&key, format!("has no effect: `login.allow` is `{said}`, {effect}"))
                    .hint(format!("choose `login.allow={name}`, or leave the list out (`--set {key}=`)")),
            );
        }
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
    if access.method == Some(AccessMethod::NodePort)
        && matches!((access.tls, access.port), (Some(TlsMethod::Off), Some(443)) | (Some(TlsMethod::Secret), Some(80)))
    {
        wrong.push(
            Invalid::at("access.port", "does not go with `access.tls`: http is on port 80, https on port 443")
                .hint("say `access.tls=offload` if a proxy of yours has the certificate"),
        );
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

/// An older Ray does not know the token and asks nobody for one.
fn check_token(ray: &tree::Ray, wrong: &mut Vec<Invalid>) {
    let Some(version) = ray.tag.as_deref().and_then(versions::of_ray_tag) else { return };
    let numbers: Vec<u32> = version.split('.').filter_map(|number| number.parse().ok()).collect();
    if ray.token_auth != Some(false) && numbers < vec![2, 52] {
        wrong.push(
            Invalid::at("ray.token-auth", format!("needs Ray 2.52 or newer, and `ray.tag` is Ray {version}"))
                .hint("take a newer image; with `ray.token-auth=false` everybody who reaches the head runs code there"),
        );
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
