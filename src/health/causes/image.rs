//! Images that cannot be had: named by the words of the registry. A slow download is no failure and is not here.
use super::{Context, answers, named};
use crate::health::{
    objects::{ContainerStatus, Pod},
    verdict::Finding,
};

/// Reasons for which a container waits for its image.
const WAITING: &[&str] =
    &["ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed"];

/// Seconds until trouble of the network counts: it comes and goes.
const NETWORK_PATIENCE: i64 = 30;

/// A container without its image.
struct Stuck<'a> {
    pod: &'a Pod,
    image: &'a str,
    words: String,
    lower: String,
}

impl Stuck<'_> {
    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.lower.contains(word))
    }

    fn finding(&self, code: &str, title: impl AsRef<str>) -> Finding {
        Finding::new(code, named(self.pod), title).detail(&self.words).since(Context::placed(self.pod))
    }

    fn edit(&self, finding: Finding, why: &str) -> Finding {
        match answers::image(self.pod) {
            Some(key) => finding.edit(key, why),
            None => finding,
        }
    }
}

/// The first container that waits for an image, with all that was said about it.
fn stuck<'a>(on: &Context<'a>) -> Option<Stuck<'a>> {
    let pod = on.pod()?;
    let (status, waiting) = waiting_for(pod, |reason| WAITING.contains(&reason))?;
    let image = pod.container(&status.name).map_or("?", |container| &*container.image);
    let mut words = waiting.to_owned();
    // the back-off of older kubelets does not say what failed: the event before it does
    let told = |event: &&crate::health::index::Noted| {
        event.container() == Some(&*status.name) && event.message.starts_with("Failed to pull image")
    };
    if let Some(event) = on.index.pod_events(pod).find(told).filter(|event| !words.contains(&*event.message)) {
        words = format!("{words}\n{}", event.message);
    }
    Some(Stuck { pod, image, lower: words.to_lowercase(), words })
}

fn waiting_for(pod: &Pod, is: impl Fn(&str) -> bool) -> Option<(&ContainerStatus, &str)> {
    pod.statuses().find_map(|status| {
        let waiting = status.state.waiting.as_deref()?;
        is(waiting.reason.as_deref()?).then(|| (status, waiting.message.as_deref().unwrap_or_default()))
    })
}

/// Host of an image's registry; Docker Hub if the name has none.
fn registry(image: &str) -> &str {
    let first = image.split_once('/').map_or("", |(first, _)| first);
    if first.contains(['.', ':']) || first == "localhost" { first } else { "docker.io" }
}

pub fn rate_limit(on: &Context<'_>) -> Option<Finding> {
    let stuck = stuck(on)?;
    let hit = stuck.says(&["toomanyrequests", "429 too many requests", "pull rate limit"]);
    hit.then(|| {
        let title =
            format!("registry {} limits how often images may be downloaded without a login", registry(stuck.image));
        let finding = stuck.finding("image-rate-limit", title).retry("the limit goes away by itself within some hours");
        finding.edit("registry.server", "log in to that registry (with `registry.username` and `registry.password`)")
    })
}

pub fn wrong_platform(on: &Context<'_>) -> Option<Finding> {
    let stuck = stuck(on)?;
    let hit = stuck.says(&["no match for platform", "no matching manifest", "exec format error"]);
    hit.then(|| {
        let node = answers::node(stuck.pod);
        let title = format!("image {} has no build for the processor of {node}", stuck.image);
        let finding = stuck.finding("image-wrong-platform", title);
        let finding = stuck.edit(finding, "choose an image that is built for this processor as well");
        finding.or("keep it off such nodes with the node label `kubernetes.io/arch`")
    })
}

pub fn registry_unreachable(on: &Context<'_>) -> Option<Finding> {
    const WORDS: &[&str] = &[
        "dial tcp",
        "no such host",
        "i/o timeout",
        "x509",
        "connection refused",
        "connection reset",
        "proxyconnect",
        "tls handshake",
        "server misbehaving",
        "network is unreachable",
        "registry is unavailable",
        "unexpected eof",
        "502 bad gateway",
        "503 service unavailable",
        "deadline exceeded",
    ];
    let stuck = stuck(on).filter(|_| on.pod().is_some_and(|pod| on.is_past(Context::placed(pod), NETWORK_PATIENCE)))?;
    stuck.says(WORDS).then(|| {
        let title = format!("{} cannot reach registry {}", answers::node(stuck.pod), registry(stuck.image));
        let finding = stuck.finding("registry-unreachable", title);
        let finding = if stuck.says(&["x509"]) {
            finding.tell("the node does not trust the registry's certificate: give its container runtime the certificate authority")
        } else {
            finding.tell("check the node's DNS, proxy and firewall, or name a mirror that it can reach")
        };
        finding.retry("Kubernetes tries again by itself, at most five minutes apart")
    })
}

pub fn denied(on: &Context<'_>) -> Option<Finding> {
    const WORDS: &[&str] = &[
        "unauthorized",
        "authentication required",
        "no basic auth",
        "denied",
        "authorization failed",
        "403 forbidden",
        "401 unauthorized",
        "insufficient_scope",
    ];
    let stuck = stuck(on)?;
    stuck.says(WORDS).then(|| {
        let registry = registry(stuck.image);
        let title =
            format!("registry {registry} refused image {}: it wants a login, or there is no such image", stuck.image);
        let finding = stuck.finding("image-denied", title);
        let finding = finding.edit(
            "registry.server",
            format!("log in to {registry} (with `registry.username` and `registry.password`)"),
        );
        stuck.edit(finding, "or name an image that everybody may download")
    })
}

pub fn not_found(on: &Context<'_>) -> Option<Finding> {
    let stuck = stuck(on)?;
    let hit = stuck.says(&["not found", "manifest unknown", "name unknown", "does not exist", "404"]);
    hit.then(|| {
        let title = format!(
            "image {} does not exist in registry {} (a typo, or it was removed)",
            stuck.image,
            registry(stuck.image)
        );
        let finding = stuck.finding("image-not-found", title);
        let finding = stuck.edit(finding, "name an image and a tag that exist");
        if stuck.image.contains("bitnami") {
            return finding.tell("Bitnami moved its images to `docker.io/bitnamilegacy` in 2025");
        }
        finding
    })
}

pub fn name_invalid(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let (status, words) = waiting_for(pod, |reason| reason == "InvalidImageName")?;
    let image = pod.container(&status.name).map_or("?", |container| &*container.image);
    let finding = Finding::new("image-name-invalid", named(pod), format!("`{image}` is not the name of an image"));
    let finding = finding.detail(words).since(Context::placed(pod));
    Some(match answers::image(pod) {
        Some(key) => finding.edit(key, "write the image as `REGISTRY/NAME` and its tag apart"),
        None => finding,
    })
}

pub fn never_pulled(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod()?;
    let (status, words) = waiting_for(pod, |reason| reason == "ErrImageNeverPull")?;
    let image = pod.container(&status.name).map_or("?", |container| &*container.image);
    let title =
        format!("image {image} is not on {} and may not be downloaded (pull policy `Never`)", answers::node(pod));
    Some(Finding::new("image-never-pulled", named(pod), title).detail(words).since(Context::placed(pod)))
}

pub fn pull_failed(on: &Context<'_>) -> Option<Finding> {
    let pod = on.pod().filter(|pod| on.is_past(Context::placed(pod), NETWORK_PATIENCE))?;
    let stuck = stuck(on)?;
    let title = format!("image {} cannot be downloaded to {}", stuck.image, answers::node(pod));
    let finding = stuck.finding("image-pull-failed", title).retry("Kubernetes tries again by itself");
    Some(stuck.edit(finding, "or choose another image"))
}
