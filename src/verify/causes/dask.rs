//! Why Dask Gateway cannot be used.
use crate::{health::text, problem::Problem, verify::web::Reply};

/// The gateway did not say that it is well.
pub fn unhealthy(place: &str, reply: &Reply) -> Problem {
    Problem::new("dask-unhealthy", format!("Dask Gateway at `{place}` does not answer as it should"))
        .detail(reply.summary())
        .hint("404 means that the path is wrong or Traefik has no route yet; 502 and 503 that the `api-dask-gateway-…` pod is not ready: look at its log")
        .retry()
}

/// Everybody is let in.
pub fn open_to_all(place: &str) -> Problem {
    Problem::new("dask-open", format!("Dask Gateway at `{place}` asks nobody who they are"))
        .hint("whoever reaches it can run code: set `gateway.auth` of the chart")
}

/// The gateway refuses the credentials.
pub fn refused(place: &str, reply: &Reply) -> Problem {
    let problem = match reply.status {
        // The gateway turns the hub's 403 about a wrong token into a 500.
        401 | 403 => Problem::new("dask-refused", format!("Dask Gateway at `{place}` refuses the check's credentials"))
            .hint("the gateway asks the hub about each token: is it configured for this hub (`apiUrl`), and does the token belong to it"),
        500 => Problem::new("dask-hub-token", format!("Dask Gateway at `{place}` cannot ask the hub about a token"))
            .hint("the gateway's own hub token is wrong: the hub and the gateway must read the same Secret; restart the `api-dask-gateway-…` and `hub` pods after a change"),
        _ => Problem::new("dask-create-refused", format!("Dask Gateway at `{place}` refuses to make a cluster"))
            .hint("limits per person (`dask.clusters-per-user`, `dask.cluster-cpu`) may be reached: stop old clusters"),
    };
    problem.detail(reply.summary()).retry()
}

/// No credentials are known.
pub fn no_login() -> Problem {
    Problem::new("dask-no-login", "no credentials for Dask Gateway are known, so no cluster is made")
        .hint("`hubwright install` gives the hub a service `hubwright-check` whose token the gateway takes; to add it to a hub of another installer, see `docs/guide/verify.md`")
}

/// The cluster ended before it ran.
pub fn not_running(status: &str) -> Problem {
    Problem::new("dask-cluster-failed", format!("the Dask cluster is {status} before it ever ran"))
        .hint("the gateway does not say why: look at the `controller-dask-gateway-…` pod's log and at pods named `dask-scheduler-…`: image pull, quota, no `dask` program in the image (`dask.image`)")
        .at("dask.image")
        .retry()
}

/// The cluster waits and waits.
pub fn pending(seconds: u64) -> Problem {
    Problem::new("dask-cluster-pending", format!("the Dask cluster was not running after {seconds} s"))
        .hint("`kubectl get pods -l app.kubernetes.io/component=dask-scheduler` shows what its scheduler waits for")
        .at("dask.image")
        .retry()
}

/// Workers do not come.
pub fn workers_missing(came: u64, wanted: u32) -> Problem {
    Problem::new("dask-workers-missing", format!("{came} of {wanted} Dask workers came"))
        .hint("`kubectl get pods -l app.kubernetes.io/component=dask-worker` shows why: image, quota, or no node with room for `dask.worker-cpu` and `dask.worker-memory`")
        .at("dask.worker-cpu")
        .retry()
}

/// The gateway refuses the number of workers.
pub fn scale_refused(words: &str) -> Problem {
    Problem::new("dask-scale-refused", "Dask Gateway gives a cluster not even one worker")
        .detail(text::line(words))
        .hint("raise `dask.cluster-workers`, `dask.cluster-cpu` or `dask.cluster-memory`: they leave no room for a single worker")
        .at("dask.cluster-workers")
}

/// A worker does not run functions.
pub fn worker_failed(worker: &str, words: &str) -> Problem {
    Problem::new("dask-worker-failed", format!("Dask worker {worker} does not run functions"))
        .detail(text::line(words))
        .hint("look at the worker pod's log: it may be out of memory (`dask.worker-memory`)")
        .retry()
}

/// Code of [`blocked`].
pub const BLOCKED: &str = "dask-tcp-blocked";

/// REST works, the scheduler's TCP way does not.
pub fn blocked(via: &str, words: &str) -> Problem {
    Problem::new(BLOCKED, "the gateway's REST answers, but the way to the scheduler is blocked")
        .detail(format!("{via}: {}", text::line(words)))
        .hint("the scheduler is reached through the gateway's own proxy (Service `traefik-dask-gateway-…`), never through the hub's; look whether Traefik knows the route: `kubectl get ingressroutetcp`")
        .retry()
}

/// The gateway's certificate for the cluster cannot be used.
pub fn certificate(words: &str) -> Problem {
    Problem::new("dask-certificate", "the certificate that the gateway gave for the cluster cannot be used")
        .detail(text::line(words))
}

/// The scheduler does not answer.
pub fn scheduler(words: &str) -> Problem {
    Problem::new("dask-scheduler-silent", "the Dask scheduler took the connection and does not answer")
        .detail(text::line(words))
        .hint("look at the scheduler pod's log: another version of `distributed`, or out of memory")
        .retry()
}

/// The cluster is still there.
pub fn not_deleted(name: &str) -> Problem {
    let (namespace, object) = name.split_once('.').unwrap_or(("NAMESPACE", name));
    Problem::new("dask-not-deleted", format!("the check's Dask cluster `{}` could not be deleted", text::line(name)))
        .hint(format!("`kubectl -n {} delete daskcluster {}` ends it", text::line(namespace), text::line(object)))
        .retry()
}
