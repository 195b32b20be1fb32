//! Why the hub, a login or a notebook does not work.
use crate::{health::text, problem::Problem, verify::web::Reply};

/// The hub is still starting.
pub fn starting(place: &str, reply: &Reply) -> Problem {
    Problem::new("hub-starting", format!("the hub at `{place}` is still starting: only its proxy answers"))
        .detail(reply.summary())
        .hint("look at the hub pod's log: `kubectl logs deployment/hub`; a wrong setting of the login or the database shows there")
        .retry()
}

/// Something else answers there.
pub fn not_a_hub(place: &str, reply: &Reply) -> Problem {
    Problem::new("not-a-hub", format!("what answers at `{place}` is no JupyterHub"))
        .detail(reply.summary())
        .hint("the name or address leads to another service: compare it with the Service `proxy-public` or the Ingress")
        .at("access.host")
}

/// The load balancer has no address.
pub fn no_load_balancer() -> Problem {
    Problem::new("load-balancer-pending", "the Service `proxy-public` waits for a load balancer's address")
        .hint("clouds give one within minutes; a cluster of your own needs MetalLB or the like, or `access.method` set to `node-port` or `ingress`")
        .at("access.method")
        .retry()
}

/// The certificate has ended.
pub fn expired(place: &str, ended: jiff::Timestamp) -> Problem {
    Problem::new("tls-expired", format!("the certificate of `{place}` ended at {ended}"))
        .hint("renew it: with cert-manager look at `kubectl get certificates`, else put a new one into the Secret")
        .at("access.tls")
}

/// The login page does not lead where it should.
pub fn login(title: impl Into<String>, location: &str) -> Problem {
    Problem::new("login-redirect", title).detail(format!("`/hub/oauth_login` redirects to {}", text::line(location)))
}

/// The hub's own login page is broken.
pub fn no_login_page(reply: &Reply) -> Problem {
    Problem::new("login-page", "the hub's login page does not open")
        .detail(reply.summary())
        .hint("`kubectl logs deployment/hub` says why; most often a setting of the login")
        .at("login.method")
        .retry()
}

/// No service token is known.
pub fn no_token() -> Problem {
    Problem::new("no-check-service", "not tried, because the hub has no service that the check could act as")
        .hint("`hubwright install` adds it; to add it to a hub of another installer, see `docs/guide/verify.md`")
}

/// The token is not the hub's.
pub fn token_refused(reply: &Reply) -> Problem {
    Problem::new("hub-token-refused", "the hub refuses the token of the check's service")
        .detail(reply.summary())
        .hint("the hub reads the token when it starts: restart it after a change of the Secret, `kubectl rollout restart deployment/hub`")
        .retry()
}

/// The service may not do enough.
pub fn scopes_missing(missing: &[&str], user: &str) -> Problem {
    let wanted: Vec<String> = missing.iter().map(|scope| format!("{scope}!user={user}")).collect();
    Problem::new(
        "hub-scopes-missing",
        format!("the check's service may not do all it needs: {} missing", missing.join(", ")),
    )
    .hint(format!("give its role in `hub.loadRoles` the scopes `{}`", wanted.join("`, `")))
}

/// The hub refuses something.
pub fn refused(what: &str, reply: &Reply) -> Problem {
    Problem::new("hub-refused", format!("the hub refuses to {what}"))
        .detail(reply.summary())
        .hint("`kubectl logs deployment/hub` says why")
        .retry()
}

/// Something keeps the server from starting, and will not go away by itself.
pub fn spawn_stuck() -> Problem {
    Problem::new("spawn-stuck", "the check user's server does not start").at("notebook.image").retry()
}

/// The server did not start.
pub fn spawn_failed(words: &str) -> Problem {
    let known = SPAWN.iter().find(|cause| words.contains(cause.sign));
    let (code, hint, at) = known.map_or(
        (
            "spawn-failed",
            "`kubectl logs deployment/hub` and the events of the pod `jupyter-…` say more",
            "notebook.image",
        ),
        |c| (c.code, c.hint, c.at),
    );
    Problem::new(code, "the check user's server does not start").detail(text::clean(words)).hint(hint).at(at).retry()
}

/// What a message about a failed spawn means.
struct Spawn {
    sign: &'static str,
    code: &'static str,
    hint: &'static str,
    at: &'static str,
}

const SPAWN: &[Spawn] = &[
    Spawn {
        sign: "ImagePull",
        code: "spawn-image",
        hint: "the notebook's image cannot be pulled: check `notebook.image`, `notebook.tag` and the registry's credentials",
        at: "notebook.image",
    },
    Spawn {
        sign: "Insufficient",
        code: "spawn-no-room",
        hint: "no node has room for the server: make the profile smaller or the cluster bigger",
        at: "profiles",
    },
    Spawn {
        sign: "didn't match Pod's node affinity/selector",
        code: "spawn-no-node",
        hint: "no node has the labels that the profile asks for: compare its node selector with `kubectl get nodes --show-labels`",
        at: "profiles",
    },
    Spawn {
        sign: "unbound immediate PersistentVolumeClaims",
        code: "spawn-no-volume",
        hint: "the home directory's claim is not bound: look at `kubectl get pvc` and the storage class",
        at: "storage.class",
    },
    Spawn {
        sign: "didn't respond in",
        code: "spawn-no-answer",
        hint: "the server started and the hub cannot reach it: does the image have `jupyterhub-singleuser`, and do network policies let the hub in",
        at: "notebook.image",
    },
    Spawn {
        sign: "exceeded quota",
        code: "spawn-quota",
        hint: "the namespace's quota does not allow another server: raise it",
        at: "profiles",
    },
];

/// The server takes too long.
pub fn spawn_slow(seconds: u64) -> Problem {
    Problem::new("spawn-slow", format!("the check user's server was not ready after {seconds} s"))
        .hint("a big image or a new node may need longer: try again; else the events of the pod `jupyter-…` say what it waits for")
        .at("notebook.image")
        .retry()
}

/// The stream of progress is refused.
pub fn no_progress(status: u16) -> Problem {
    Problem::new("spawn-failed", "the check user's server does not start, and the hub does not say why")
        .detail(format!("HTTP {status} for its progress"))
        .hint("`kubectl logs deployment/hub` says why")
        .retry()
}

/// The stream of progress ended or fell silent.
pub fn spawn_silent(last: &str) -> Problem {
    Problem::new("spawn-silent", "the hub stopped telling how the check user's server starts")
        .detail(text::line(last))
        .hint("the hub may have restarted: `kubectl get pods`, `kubectl logs deployment/hub --previous`")
        .retry()
}

/// The user's server refuses the check.
pub fn server_refused(reply: &Reply) -> Problem {
    Problem::new("server-refused", "the check user's server runs, but does not let the check in")
        .detail(reply.summary())
        .hint("the service needs the scope `access:servers!user=…`; a server that cannot reach the hub's API on port 8081 refuses everybody")
        .retry()
}

/// The server does not stop.
pub fn server_stays(user: &str) -> Problem {
    Problem::new("server-stays", format!("the server of the check's user `{user}` does not stop"))
        .hint(format!("`kubectl delete pod jupyter-{user}` ends it by force"))
}

/// No kernel.
pub fn kernel_refused(reply: &Reply) -> Problem {
    Problem::new("kernel-refused", "the check user's server starts no kernel")
        .detail(reply.summary())
        .hint("the image needs a Python kernel (`ipykernel`); look at the log of the pod `jupyter-…`")
        .at("notebook.image")
        .retry()
}

/// The kernel ended by itself.
pub fn kernel_died(output: &str) -> Problem {
    Problem::new("kernel-died", "the notebook's kernel died while the check's cell ran")
        .detail(last_words(output))
        .hint("most often too little memory: raise the profile's, or `hub.memory`")
        .at("profiles")
        .retry()
}

/// The websocket does not work.
pub fn websocket(words: &str) -> Problem {
    Problem::new("websocket-blocked", "the notebook's websocket does not work, so no cell can run")
        .detail(text::line(words))
        .hint("an Ingress or proxy in between must pass websockets on and keep them open for hours: look at its annotations for timeouts")
        .at("access.annotations")
        .retry()
}

/// A cell did not end.
pub fn cell_slow(output: &str) -> Problem {
    Problem::new("cell-slow", "a cell in the notebook did not end in time")
        .detail(last_words(output))
        .hint("the cluster may have no room for what the cell asks for: look at pending pods")
        .retry()
}

/// A cell raised an exception.
pub fn cell_failed(what: &str, error: &str) -> Problem {
    Problem::new("cell-failed", format!("{what} fails in the notebook")).detail(text::line(error)).retry()
}

/// The notebook cannot reach an address that is reached from outside.
pub fn notebook_blocked(address: &str, verdict: &str, words: &str) -> Problem {
    let known = BLOCKED.iter().find(|cause| cause.verdict == verdict);
    let (code, why, hint) = known.map_or(
        ("notebook-strange", "it does not speak Ray Client's protocol", "compare the address with the Service's ports"),
        |c| (c.code, c.why, c.hint),
    );
    Problem::new(code, format!("a notebook does not reach `{}`: {why}", text::line(address)))
        .detail(text::line(words))
        .hint(hint)
        .retry()
}

/// What a cell found out about an address, in its own word. The cell runs in an image that may say anything.
struct Blocked {
    verdict: &'static str,
    code: &'static str,
    why: &'static str,
    hint: &'static str,
}

const BLOCKED: &[Blocked] = &[
    Blocked {
        verdict: "dns",
        code: "notebook-dns",
        why: "its name has no address there",
        hint: "the address is wrong, or the notebook's network policy blocks DNS",
    },
    Blocked {
        verdict: "refused",
        code: "notebook-refused",
        why: "nothing listens there",
        hint: "the Service has no ready endpoint, or the port is wrong",
    },
    Blocked {
        verdict: "timeout",
        code: "notebook-timeout",
        why: "packets vanish on the way",
        hint: "a NetworkPolicy blocks notebooks: `singleuser.networkPolicy.egress` must allow the pods behind it",
    },
    Blocked {
        verdict: "unreachable",
        code: "notebook-unreachable",
        why: "there is no way from there",
        hint: "the pods' network is broken on that node: look at the CNI's pods in `kube-system`",
    },
    Blocked {
        verdict: "no-answer",
        code: "notebook-no-answer",
        why: "it takes the connection and never answers",
        hint: "the process there hangs or is out of memory",
    },
    Blocked {
        verdict: "http1",
        code: "notebook-http1",
        why: "it is an HTTP port, not Ray Client's",
        hint: "Ray Client listens on port 10001",
    },
    Blocked {
        verdict: "tls",
        code: "notebook-tls",
        why: "it speaks TLS",
        hint: "the cluster was started with `RAY_USE_TLS=1`; hubwright's notebooks have no client certificates",
    },
];

fn last_words(output: &str) -> String {
    let start = output.rmatch_indices('\n').nth(10).map_or(0, |(at, _)| at + 1);
    text::clean(output.get(start..).unwrap_or(output))
}
