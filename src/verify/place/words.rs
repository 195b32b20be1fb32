//! What a person does about a problem on this machine, where the causes speak of a cluster: by the problem's code. One table.
//! Must not know who found the problem.
use crate::problem::Problem;

/// What is told of a problem here.
struct Row {
    code: &'static str,
    /// Instead of the cause's own title.
    title: Option<&'static str>,
    /// Instead of the cause's own hints; `NAME` is the deployment's.
    hints: &'static [&'static str],
}

const fn row(code: &'static str, hints: &'static [&'static str]) -> Row {
    Row { code, title: None, hints }
}

const fn titled(code: &'static str, title: &'static str, hints: &'static [&'static str]) -> Row {
    Row { code, title: Some(title), hints }
}

const HUB_LOG: &str = "`hubwright logs hub -n NAME` says why";
const GATEWAY_LOG: &str = "`hubwright logs dask-gateway -n NAME` says why";
const RAY_LOG: &str = "`hubwright logs ray-head -n NAME` says more";
const STATUS: &str = "`hubwright status -n NAME` shows whether its process runs";
const ONE_ENVIRONMENT: &str = "all programs come from one set of packages: `hubwright upgrade -n NAME` makes it whole, and servers that run since before must be started again";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("dns", &["the name must lead to this machine: correct it, or make a DNS record or a line in `/etc/hosts`"]),
    row("refused", &[STATUS, "its log says why it does not listen: `hubwright logs PROCESS -n NAME`"]),
    row("dropped", &["a firewall of this machine drops packets: let this port through"]),
    row("closed", &["the program there just ended, or starts: `hubwright status -n NAME`, then its log"]),
    row("silent", &["the process hangs or is out of memory: look at `top` and its log, then `hubwright restart -n NAME`"]),
    row("wrong-port", &["another program has this port: `ss -ltnp` shows which; end it, or choose another `machine.first-port`"]),
    row("rung-timeout", &["look at what was seen so far, and at `top`: this machine may be busy or out of memory"]),
    row("hub-starting", &[HUB_LOG, "a wrong setting of the login or the database shows there"]),
    row("not-a-hub", &["another program has the hub's port: `ss -ltnp` shows which; end it, or choose another `machine.port`"]),
    row("tls-expired", &["put a new certificate and key into the files that the answers name"]),
    row("login-page", &[HUB_LOG, "most often a setting of the login"]),
    row("hub-token-refused", &["the hub reads the token when it starts: `hubwright restart -n NAME`"]),
    row("hub-scopes-missing", &["`hubwright upgrade -n NAME` gives the check's service what it needs"]),
    row("hub-refused", &[HUB_LOG]),
    row("spawn-stuck", &[HUB_LOG]),
    row("spawn-failed", &[HUB_LOG]),
    row("spawn-slow", &["this machine may be busy: try again", HUB_LOG]),
    row("spawn-silent", &["the hub may have started again: `hubwright status -n NAME`", HUB_LOG]),
    row("spawn-no-answer", &["the server started and does not answer: this machine may be busy or out of memory", HUB_LOG]),
    row("server-refused", &["the service needs the scope `access:servers!user=…`; a server that cannot reach the hub refuses everybody", HUB_LOG]),
    row("server-stays", &["`hubwright restart -n NAME` ends it by force"]),
    row("kernel-refused", &["the packages need a Python kernel (`ipykernel`)", HUB_LOG]),
    row("kernel-died", &["most often too little memory: `free -h` shows what this machine has left"]),
    row("websocket-blocked", &["a proxy in between must pass websockets on and keep them open for hours"]),
    row("cell-slow", &["this machine may have no CPU or memory free for what the cell asks for: look at `top`"]),
    row("notebook-dns", &["the address is wrong: start the server again, it was made before a change"]),
    row("notebook-refused", &[STATUS]),
    row("notebook-timeout", &["a firewall of this machine drops packets on loopback"]),
    row("notebook-unreachable", &["this machine's loopback does not work: look at `ip address show lo`"]),
    row("notebook-http1", &["another program has this port: `ss -ltnp` shows which"]),
    row("notebook-strange", &["another program has this port: `ss -ltnp` shows which"]),
    row("ray-client-error", &[RAY_LOG]),
    row("ray-wrong-port", &["another program has this port: `ss -ltnp` shows which; end it, or choose another `machine.first-port`"]),
    row("ray-tls", &["hubwright's notebooks connect without client certificates: another program may have this port, `ss -ltnp` shows which"]),
    row("ray-token-missing", &["`hubwright upgrade -n NAME` writes it anew"]),
    row("ray-token-refused", &["Ray still runs with an older token: `hubwright restart -n NAME`; so may servers that run since before"]),
    row("ray-no-session", &["each client needs a Python process that starts within 30 s: look at `top` and `free -h`", RAY_LOG]),
    row("ray-nodes-missing", &["`hubwright status -n NAME` shows which of Ray's processes is missing", RAY_LOG]),
    row("ray-job-failed", &["Ray's dashboard shows the job and its log", RAY_LOG]),
    row("ray-job-slow", &["no CPU may be free: look at `top`, and at pending demands in Ray's dashboard"]),
    row("ray-node-failed", &["it may be out of memory: look at `free -h`", RAY_LOG]),
    row("ray-gpu-unscheduled", &["other tasks may have the GPU: `nvidia-smi` shows them; or there is none on this machine: take `gpus` out of `ray.pools`"]),
    titled("gpu-no-driver", "Ray counts a GPU, but there is no NVIDIA driver on this machine: the answers promised the GPU, nothing gives it",
        &["install NVIDIA's driver until `nvidia-smi` shows the GPU, or take `gpus` out of the answers"]),
    titled("gpu-no-device", "NVIDIA's driver is there, but this machine shows no GPU",
        &["`nvidia-smi -L` must show it: is it built in, and given to this machine if that is a virtual one", "or take `gpus` out of the answers"]),
    row("gpu-wrong-data", &["the GPU or its driver is broken: look at `nvidia-smi -q` and `journalctl -k`"]),
    row("gpu-driver-error", &["look at `nvidia-smi` and `journalctl -k`: after an update of the driver this machine may have to start again"]),
    row("ray-version-mismatch", &[ONE_ENVIRONMENT]),
    row("dask-version-mismatch", &[ONE_ENVIRONMENT]),
    row("hub-version-mismatch", &[ONE_ENVIRONMENT]),
    titled("package-missing", "the notebook lacks a Python package that it needs", &[ONE_ENVIRONMENT]),
    row("dask-unhealthy", &[GATEWAY_LOG]),
    row("dask-open", &["whoever reaches it can run code: `hubwright upgrade -n NAME` sets its login again"]),
    row("dask-hub-token", &["the gateway's own hub token is wrong: `hubwright restart -n NAME`"]),
    row("dask-cluster-failed", &[GATEWAY_LOG, "most often too little memory: `free -h` shows what this machine has left"]),
    row("dask-cluster-pending", &[GATEWAY_LOG, "this machine may be busy: look at `top`"]),
    row("dask-workers-missing", &[GATEWAY_LOG, "there may be no memory for `dask.worker-memory`: `free -h` shows what this machine has left"]),
    row("dask-worker-failed", &["it may be out of memory (`dask.worker-memory`)", GATEWAY_LOG]),
    row("dask-tcp-blocked", &[GATEWAY_LOG]),
    row("dask-scheduler-silent", &["it may be out of memory", GATEWAY_LOG]),
    row("dask-not-deleted", &["`hubwright restart -n NAME` ends it by force"]),
];

/// Answers that mean nothing here: one set of packages takes the place of images.
const ELSEWHERE: &[&str] =
    &["notebook.image", "notebook.tag", "ray.tag", "dask.image", "dask.tag", "access.annotations", "storage.class"];

/// A problem as it is told here; told once more it stays the same.
pub fn here(mut problem: Problem, namespace: &str) -> Problem {
    if problem.at.as_deref().is_some_and(|at| ELSEWHERE.contains(&at)) {
        problem.at = None;
    }
    let Some(row) = ROWS.iter().find(|row| row.code == problem.code) else { return problem };
    if let Some(title) = row.title {
        title.clone_into(&mut problem.title);
    }
    problem.hints = row.hints.iter().map(|hint| hint.replace("NAME", namespace)).collect();
    problem
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::verify::{
        causes::{dask, hub, network, ray},
        sniff::Reach,
        web::Reply,
    };

    /// Words that mean nothing to somebody without a cluster.
    const FOREIGN: &[&str] = &[
        "kubectl",
        "pod",
        "Service",
        "Ingress",
        "NetworkPolicy",
        "namespace",
        "container",
        "image",
        "chart",
        "Traefik",
        "node's",
        "device plugin",
        "pull",
        "cluster's pods",
        "restart the pod",
    ];

    fn reply() -> Reply {
        Reply { status: 500, location: None, json: serde_json::Value::Null, words: "words".to_owned() }
    }

    fn of_hub() -> Vec<Problem> {
        let reply = reply();
        let spawns = ["Spawn failed", "Spawn failed: Server at x didn't respond in 30 seconds"];
        let verdicts = ["dns", "refused", "timeout", "unreachable", "no-answer", "http1", "tls", "?"];
        let mut all = vec![
            hub::starting("x", &reply),
            hub::not_a_hub("x", &reply),
            hub::expired("x", Timestamp::UNIX_EPOCH),
            hub::login("x", "x"),
            hub::no_login_page(&reply),
            hub::no_token(),
            hub::token_refused(&reply),
            hub::scopes_missing(&["servers"], "u"),
            hub::refused("x", &reply),
            hub::spawn_stuck(),
            hub::spawn_slow(1),
            hub::no_progress(500),
            hub::spawn_silent("x"),
            hub::server_refused(&reply),
            hub::server_stays("u"),
            hub::kernel_refused(&reply),
            hub::kernel_died("x"),
            hub::websocket("x"),
            hub::cell_slow("x"),
            hub::cell_failed("x", "x"),
        ];
        all.extend(spawns.map(hub::spawn_failed));
        all.extend(verdicts.map(|verdict| hub::notebook_blocked("x", verdict, "x")));
        all
    }

    fn of_ray() -> Vec<Problem> {
        let verdicts = ["no-driver-in-container", "no-device", "wrong-data", "?"];
        let mut all = vec![
            ray::client_error("x", "x"),
            ray::wrong_port("x", "x"),
            ray::tls("x"),
            ray::token_missing("x"),
            ray::token_refused("x"),
            ray::silent("x"),
            ray::no_session("x"),
            ray::unexpected("x", "x"),
            ray::nodes_missing(1, 2),
            ray::job_failed("x", "x", "x"),
            ray::job_slow("x", 1),
            ray::no_cpu(),
            ray::cpu_unscheduled(),
            ray::node_failed("x", "x"),
            ray::gpu_impossible("x"),
            ray::gpu_unscheduled("x"),
            ray::gpu_of_another_maker(),
        ];
        all.extend(verdicts.map(|verdict| ray::gpu_unusable(verdict, "x")));
        all
    }

    fn of_dask() -> Vec<Problem> {
        let refusals = [401, 500, 422].map(|status| dask::refused("x", &Reply { status, ..reply() }));
        let mut all = vec![
            dask::unhealthy("x", &reply()),
            dask::open_to_all("x"),
            dask::no_login(),
            dask::not_running("FAILED"),
            dask::pending(1),
            dask::workers_missing(1, 2),
            dask::scale_refused("x"),
            dask::worker_failed("x", "x"),
            dask::blocked("x", "x"),
            dask::certificate("x"),
            dask::scheduler("x"),
            dask::not_deleted("x"),
        ];
        all.extend(refusals);
        all
    }

    fn of_network() -> Vec<Problem> {
        use Reach::{Closed, Dropped, NoName, Refused, Silent, Strange, Unreachable, Untrusted};
        [NoName, Refused, Dropped, Closed, Silent, Strange, Untrusted, Unreachable]
            .map(|reach| network::problem(reach, "x"))
            .into()
    }

    #[test]
    fn no_cause_speaks_of_a_cluster_here() {
        let all = [of_hub(), of_ray(), of_dask(), of_network()].concat();
        let told: Vec<Problem> = all.into_iter().map(|problem| here(problem, "lab")).collect();
        for problem in &told {
            let text = format!("{} {}", problem.title, problem.hints.join(" "));
            let foreign: Vec<_> = FOREIGN.iter().filter(|word| text.contains(**word)).collect();
            assert!(foreign.is_empty(), "{}: {foreign:?} in {text}", problem.code);
            assert!(!problem.at.as_deref().is_some_and(|at| ELSEWHERE.contains(&at)), "{problem:?}");
        }
        assert!(told.iter().any(|problem| problem.hints.iter().any(|hint| hint.contains("-n lab"))));
    }

    #[test]
    fn what_was_told_stays_as_it_is() {
        for problem in of_ray() {
            let once = here(problem, "lab");
            assert_eq!(here(once.clone(), "lab"), once);
        }
    }

    #[test]
    fn a_gpu_that_is_only_promised_is_told_in_terms_of_the_machine() {
        let problem =
            here(ray::gpu_unusable("no-driver-in-container", "libcuda.so.1: cannot open").at("ray.pools"), "lab");
        assert!(problem.title.contains("no NVIDIA driver on this machine"), "{problem:?}");
        assert_eq!(problem.at.as_deref(), Some("ray.pools"));
        assert!(problem.hints[0].contains("`nvidia-smi`"), "{problem:?}");
    }
}
