//! When is a thing ready? Objects as the API server prints them in, verdicts out.
#![expect(clippy::needless_pass_by_value, reason = "objects are written where they are used")]
mod cluster;
mod network;
mod process;
mod ray;
mod release;
mod storage;
mod workloads;

use serde_json::{Value, json};

use super::*;
use crate::health::{
    fixtures::{
        HUB, World, ago, crashing_pod, deployment, event, homeless_pod, merged, owned_by, pod, ready_pod, waiting_pod,
    },
    objects::Change,
    verdict::Finding,
};

fn hub() -> Expect {
    Expect::Deployment("hub".into())
}

fn what(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Progressing { what } => what,
        other => panic!("expected progress, got {other:?}"),
    }
}

fn blocked(verdict: &Verdict) -> &Finding {
    match verdict {
        Verdict::Blocked(finding) => finding,
        other => panic!("expected a block, got {other:?}"),
    }
}

const NOT_FOUND: &str = "Back-off pulling image \"quay.io/jupyterhub/k8s-hub:4.4.0\": ErrImagePull: rpc error: code = NotFound desc = \
    failed to pull and unpack image \"quay.io/jupyterhub/k8s-hub:4.4.0\": failed to resolve reference: not found";
