//! Why Ray cannot be used.
use crate::{
    health::text,
    problem::Problem,
    verify::{causes::network, sniff::Reach},
};

/// A call was answered with an error that has no better name.
pub fn client_error(place: &str, words: &str) -> Problem {
    Problem::new("ray-client-error", format!("Ray's client port at `{place}` answers with an error"))
        .detail(text::line(words))
        .hint("look at the head pod's log: `kubectl logs` of the pod with the label `ray.io/node-type=head`")
        .retry()
}

/// Another port than Ray Client's.
pub fn wrong_port(place: &str, what: &str) -> Problem {
    Problem::new("ray-wrong-port", format!("`{place}` is {what}, not Ray Client's"))
        .hint("Ray Client listens on port 10001 of the Service `NAME-head-svc`, the dashboard on 8265")
}

/// TLS where plain text was expected.
pub fn tls(place: &str) -> Problem {
    Problem::new("ray-tls", format!("`{place}` speaks TLS: the cluster was started with `RAY_USE_TLS=1`"))
        .hint("hubwright's notebooks connect without client certificates: switch `RAY_USE_TLS` off and keep the port inside the cluster")
}

/// The cluster asks for a token and none is known.
pub fn token_missing(place: &str) -> Problem {
    Problem::new("ray-token-missing", format!("`{place}` asks for a token and no token is known"))
        .hint("set `ray.token-auth` and run `hubwright install`, or give the RayCluster's pods `RAY_AUTH_TOKEN` from a Secret, so that it can be found")
        .at("ray.token-auth")
}

/// The token is wrong.
pub fn token_refused(place: &str) -> Problem {
    Problem::new("ray-token-refused", format!("`{place}` refuses the token"))
        .hint("the pods still run with an older token: restart them, `kubectl delete pod -l ray.io/cluster=NAME`")
        .at("ray.token-auth")
}

/// No answer within the limit.
pub fn silent(place: &str) -> Problem {
    network::problem(Reach::Silent, place)
}

/// The head did not start a process for the client.
pub fn no_session(place: &str) -> Problem {
    Problem::new("ray-no-session", format!("Ray at `{place}` did not open a client session"))
        .hint("each client needs a Python process on the head that starts within 30 s: give the head more CPU (`ray.head-cpu`) and memory (`ray.head-memory`), and look at `/tmp/ray/session_latest/logs/ray_client_server*` in its pod")
        .at("ray.head-memory")
        .retry()
}

/// Whether Ray's words mean that the process that the head starts for each client died at once (`proxier.py`). The head forks
/// it beside the threads of its own gRPC server, which now and then kills it; the next one lives.
pub fn client_process_died(words: &str) -> bool {
    words.contains("Starting Ray client server failed") || words.contains("psutil.ZombieProcess")
}

/// How often a session is tried in all where that happens.
pub const TRIES: usize = 4;

/// What is noted then.
pub const TRIED_AGAIN: &str = "the process that the head started for this client died at once; tried again";

/// The head refused the session.
pub fn refused_session(place: &str, message: &str) -> Problem {
    no_session(place).detail(text::line(message))
}

/// An answer of another shape than the protocol's.
pub fn unexpected(place: &str, what: &str) -> Problem {
    Problem::new("ray-unexpected", format!("Ray at `{place}` answered something else than expected"))
        .detail(text::line(what))
        .hint("this Ray may be older than 2.6 or newer than the one hubwright was tested with")
}

/// Fewer nodes than the answers ask for.
pub fn nodes_missing(alive: usize, wanted: u32) -> Problem {
    Problem::new("ray-nodes-missing", format!("{alive} of {wanted} Ray nodes have joined the cluster"))
        .hint("`kubectl get pods -l ray.io/cluster` shows which worker is missing, `kubectl describe pod` why; workers that cannot reach the head wait in `wait-gcs-ready`")
        .at("ray.pools")
        .retry()
}

/// A job failed.
pub fn job_failed(what: &str, message: &str, log: &str) -> Problem {
    Problem::new("ray-job-failed", format!("{what} failed on the Ray cluster"))
        .detail(text::clean(&format!("{message}\n{log}")))
        .hint("the dashboard on port 8265 shows the job and its log")
        .retry()
}

/// A job did not end.
pub fn job_slow(what: &str, seconds: u64) -> Problem {
    Problem::new("ray-job-slow", format!("{what} did not end within {seconds} s"))
        .hint("no node may have a CPU free: `ray status` in the head pod shows pending demands")
        .retry()
}

/// Nobody offers a CPU, and nobody will.
pub fn no_cpu() -> Problem {
    Problem::new("ray-no-cpu", "no node of the Ray cluster offers a CPU, so no task can run")
        .hint("give the head a CPU or a pool a `min` above 0 (`ray.head-cpu`, `ray.pools`), or switch `ray.autoscaling` on")
        .at("ray.pools")
}

/// A task that asks for one CPU was not started.
pub fn cpu_unscheduled() -> Problem {
    Problem::new("ray-job-slow", "a task that asks for one CPU did not end in time")
        .hint("no node may have a CPU free: `ray status` in the head pod shows pending demands")
        .retry()
}

/// A node does not run tasks.
pub fn node_failed(node: &str, error: &str) -> Problem {
    Problem::new("ray-node-failed", format!("Ray node {node} does not run tasks"))
        .detail(text::line(error))
        .hint("look at that node's pod: it may be out of memory, or cut off from the head by a NetworkPolicy")
        .retry()
}

/// No kind of node can ever give a GPU.
pub fn gpu_impossible(event: &str) -> Problem {
    Problem::new("ray-no-gpu-pool", "no pool of the Ray cluster can ever give a GPU")
        .detail(text::line(event))
        .hint("give a pool `gpus` and a `max` above 0 in `ray.pools`")
        .at("ray.pools")
}

/// Nothing has a GPU free.
pub fn gpu_unscheduled(demand: &str) -> Problem {
    Problem::new("ray-gpu-unscheduled", "a task that asks for a GPU was not started: no node has one free")
        .detail(text::line(demand))
        .hint("`kubectl get pods -l ray.io/node-type=worker` shows whether the GPU worker waits for a node; the cluster needs a node with a free GPU and its device plugin")
        .at("ray.pools")
        .retry()
}

/// What the probe says of a GPU of [another maker](gpu_of_another_maker).
pub const NOT_NVIDIA: &str = "not-nvidia";

/// A GPU that the probe cannot ask.
pub fn gpu_of_another_maker() -> Problem {
    Problem::new("gpu-not-nvidia", "the GPU is given, but not NVIDIA's: whether it can be used was not tried")
        .hint("try it in a notebook with the framework that people will use")
}

/// Ray counts a GPU that cannot be used.
pub fn gpu_unusable(verdict: &str, detail: &str) -> Problem {
    let problem = match verdict {
        "no-driver-in-container" => Problem::new(
            "gpu-no-driver",
            "Ray counts a GPU, but its container has no driver: the GPU was promised with `num-gpus`, not given",
        )
        .hint("the pod must ask for the GPU resource (`ray.pools[].gpus`), and the node's container runtime must be NVIDIA's"),
        "no-device" => Problem::new("gpu-no-device", "the driver is there, but the container was given no GPU")
            .hint("compare the resource name of `ray.pools[].gpu-resource` with `kubectl describe node`"),
        "wrong-data" => Problem::new("gpu-wrong-data", "the GPU returned other data than was written to it")
            .hint("the GPU or its driver is broken: look at `nvidia-smi -q` and `dmesg` on the node"),
        _ => Problem::new("gpu-driver-error", "the GPU's driver refuses to work")
            .hint("look at `nvidia-smi` and `dmesg` on the node; driver and device plugin may be of different versions"),
    };
    problem.detail(text::line(detail))
}
