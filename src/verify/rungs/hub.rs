//! The hub's rungs above the pods: its proxy's port, HTTP, the address that people use, and where the login leads.
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use crate::{
    plan::graph::HubCheck,
    problem::Problem,
    verify::{
        causes::{hub as causes, network},
        certificate,
        door::Door,
        hub::api,
        public,
        rung::{Notes, Stop},
        scene::{Scene, needed},
        sniff::{self, Reach},
        web::Web,
    },
};

/// Service of the hub's proxy.
pub const PROXY: &str = "proxy-public";
/// How long a public address may take until it is reached (tests need not wait for it), and the pause between two tries.
const SPREADING: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 60 });
const PAUSE: Duration = Duration::from_secs(1);
/// The other rungs go through a port-forward then.
const ONLY_FROM_HERE: &str = "it was tried from this machine only: if people reach it from where they are, this is no fault of the hub; everything else was tried through a port-forward";
/// Days before a certificate's end that are worth a word.
const SOON: i64 = 14;

/// Height 1: the proxy's port answers, without the address that people use.
pub async fn port(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let door = scene.place.hub(scene, notes).await?;
    sniff::sniff(&door.addresses).await.map_err(|reach| network::problem(reach, &door.name))?;
    notes.seen(format!("the proxy answers ({})", door.via));
    let _ = scene.found.hub.set(door);
    Ok(())
}

/// Height 2: the hub itself answers, and names its version.
pub async fn http(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let web = Web::new(needed(&scene.found.hub)?)?.under(&scene.hub()?.base);
    notes.tried(format!("GET /hub/api/ at {}", web.place()));
    let version = api::version(&web).await?;
    notes.seen(format!("JupyterHub {version}"));
    let _ = scene.found.hub_version.set(version);
    Ok(())
}

/// Height 2: the address that people use has a name, takes connections, has a certificate, and leads to the hub.
pub async fn address(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let check = scene.hub()?;
    let url = public::url(scene, check).await.inspect_err(|_| notes.tried(format!("the address of Service `{PROXY}`")));
    let Some(url) = url? else {
        notes.tried("no public address was asked for");
        notes.seen(scene.place.without_address());
        return Ok(());
    };
    notes.tried(url.as_str());
    let door = open(&url, notes).await?;
    if door.tls {
        certificate(scene, notes, &door).await?;
    }
    let web = Web::new(&door)?.under(&check.base);
    let version = api::version(&web).await?;
    notes.seen(format!("JupyterHub {version} at {}", web.place()));
    let _ = scene.found.public.set(door);
    Ok(())
}

/// A new name, or a cloud's new balancer, takes a while until it is known here.
async fn open(url: &Url, notes: &Notes) -> Result<Door, Problem> {
    let begun = Instant::now();
    loop {
        match reached(url).await {
            Ok(door) => {
                let addresses: Vec<String> = door.addresses.iter().map(|address| address.ip().to_string()).collect();
                notes.seen(format!("{} is {}", door.host, addresses.join(", ")));
                return Ok(door);
            }
            Err(reach) if begun.elapsed() > SPREADING => {
                let problem = network::problem(reach, url.as_str().trim_end_matches('/')).at("access.host");
                return Err(problem.hint(ONLY_FROM_HERE));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn reached(url: &Url) -> Result<Door, Reach> {
    let host = url.host_str().ok_or(Reach::NoName)?.trim_matches(['[', ']']);
    let (tls, port) = (url.scheme() == "https", url.port_or_known_default().unwrap_or(80));
    let door = Door::public(tls, host, port).await?;
    sniff::connect(&door.addresses).await?;
    Ok(door)
}

async fn certificate(scene: &Scene<'_>, notes: &Notes, door: &Door) -> Result<(), Problem> {
    let shown =
        certificate::peek(&door.addresses, &door.host).await.map_err(|reach| network::problem(reach, &door.url()))?;
    let Some(ends) = shown.ends else { return Ok(()) };
    let now = scene.ports.clock.now();
    if ends < now {
        return Err(causes::expired(&door.url(), ends));
    }
    let days = ends.duration_since(now).as_hours() / 24;
    notes.seen(format!("the certificate ends at {ends}{}", if days < SOON { ", which is soon" } else { "" }));
    Ok(())
}

/// Height 2: the login leads to the provider, with the client and the callback that the answers say. Whether the provider
/// lets anybody in only a person can try.
pub async fn login(scene: &Scene<'_>, notes: &Notes) -> Result<(), Stop> {
    let check = scene.hub()?;
    let door = scene.found.public.get().map_or_else(|| needed(&scene.found.hub), Ok)?;
    let web = Web::new(door)?.under(&check.base);
    let Some(host) = &check.login_host else {
        notes.tried(format!("GET /hub/login at {}", web.place()));
        let reply = web.get("/hub/login").await?;
        if reply.status >= 400 {
            return Err(causes::no_login_page(&reply).into());
        }
        notes.seen(format!("the hub's own login page answers with HTTP {}", reply.status));
        return Ok(());
    };
    notes.tried(format!("GET /hub/oauth_login at {}, not followed", web.place()));
    let reply = web.get("/hub/oauth_login").await?;
    let location = reply.location.clone().unwrap_or_default();
    let Some(target) = Url::parse(&location).ok().filter(|_| (300..400).contains(&reply.status)) else {
        return Err(causes::login("the hub's login does not lead to a provider", &reply.summary())
            .at("login.method")
            .into());
    };
    leads(check, host, &target, notes).map_err(Stop::from)
}

/// Whether a page is at a host, as it stands in an answer: with the port where that is not the scheme's own.
fn same_host(target: &Url, host: &str) -> bool {
    let wanted = Url::parse(&format!("{}://{host}", target.scheme()));
    let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    wanted.is_ok_and(|wanted| place(&wanted) == place(target))
}

fn leads(check: &HubCheck, host: &str, target: &Url, notes: &Notes) -> Result<(), Problem> {
    let location = target.as_str();
    let query = |name: &str| target.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let (client, callback) = (query("client_id").unwrap_or_default(), query("redirect_uri").unwrap_or_default());
    if !same_host(target, host) {
        return Err(
            causes::login(format!("the login leads to another host than `{host}`"), location).at("login.method")
        );
    }
    if check.client_id.as_ref().is_some_and(|wanted| *wanted != client) {
        return Err(causes::login("the login is sent with another client id than the answers say", location)
            .at("login.client-id"));
    }
    if check.callback.as_ref().is_some_and(|wanted| *wanted != callback) {
        return Err(causes::login("the provider is told another callback address than the answers say", location)
            .hint("the callback must be registered with the provider exactly as the hub sends it")
            .at("access.host"));
    }
    notes.seen(format!("the login leads to {host}, back to {callback}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(location: &str) -> Result<(), Problem> {
        let check = HubCheck {
            client_id: Some("hub".to_owned()),
            callback: Some("https://hub.example.org/hub/oauth_callback".to_owned()),
            ..HubCheck::default()
        };
        leads(&check, "github.com", &Url::parse(location).unwrap(), &Notes::default())
    }

    #[test]
    fn a_provider_on_a_port_of_its_own_is_the_same_host() {
        let at = |location: &str, host: &str| same_host(&Url::parse(location).unwrap(), host);
        assert!(at("http://127.0.0.1:9900/login", "127.0.0.1:9900"));
        assert!(at("https://github.com/login", "github.com") && at("https://github.com/login", "github.com:443"));
        assert!(!at("http://127.0.0.1:9901/login", "127.0.0.1:9900") && !at("https://github.com:8443/", "github.com"));
    }

    #[test]
    fn a_login_must_lead_to_the_provider_with_the_client_and_the_callback() {
        let back = "redirect_uri=https%3A%2F%2Fhub.example.org%2Fhub%2Foauth_callback";
        assert!(checked(&format!("https://github.com/login/oauth/authorize?client_id=hub&{back}")).is_ok());
        let wrong = [
            (format!("https://hub.example.org/hub/oauth_login?client_id=hub&{back}"), "login.method"),
            (format!("https://github.com/login?client_id=&{back}"), "login.client-id"),
            ("https://github.com/login?client_id=hub&redirect_uri=http%3A%2F%2F10.0.0.1%2F".to_owned(), "access.host"),
        ];
        for (location, at) in wrong {
            assert_eq!(checked(&location).unwrap_err().at.as_deref(), Some(at), "{location}");
        }
    }
}
