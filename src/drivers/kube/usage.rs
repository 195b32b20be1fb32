//! What pods of others ask for on each node. Page by page and as slim objects, as a cluster may have very many. Must not know
//! what the amounts are wanted for.
use std::{collections::BTreeMap, time::Duration};

use kube::{Api, Client, api::ListParams};

use super::{CALL, call, seen::Seen};
use crate::{
    answers::facts::UsedFact,
    health::objects::{Amounts, Pod},
    run::ports::{FailureKind, PortResult},
};

/// Pods per page.
const PAGE: u32 = 500;
/// How long all pages may take: nobody waits longer for a picture.
const PATIENCE: Duration = Duration::from_secs(20);
/// Those that a scheduler counts: on a node, and not ended.
const COUNTED: &str = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed";

/// What pods of other namespaces ask for, by node; `None` where the account may not list them, or they are too many to be
/// listed in time.
pub async fn of_others(client: &Client, namespace: &str) -> PortResult<Option<BTreeMap<String, UsedFact>>> {
    match tokio::time::timeout(PATIENCE, pages(client, namespace)).await {
        Ok(Ok(used)) => Ok(Some(used)),
        Ok(Err(error)) if error.kind == FailureKind::Forbidden => Ok(None),
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

async fn pages(client: &Client, namespace: &str) -> PortResult<BTreeMap<String, UsedFact>> {
    let pods: Api<Seen<Pod>> = Api::all(client.clone());
    let mut page = ListParams::default().fields(COUNTED).limit(PAGE);
    let mut used = BTreeMap::new();
    loop {
        let list = call(CALL, "list pods", pods.list(&page)).await?;
        list.items.iter().for_each(|pod| count(&mut used, &pod.object, namespace));
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => return Ok(used),
        }
    }
}

fn count(used: &mut BTreeMap<String, UsedFact>, pod: &Pod, own: &str) {
    let Some(node) = pod.spec.node_name.as_deref().filter(|_| &*pod.metadata.namespace != own) else {
        return;
    };
    if !used.contains_key(node) {
        used.insert(node.to_owned(), UsedFact::default());
    }
    if let Some(used) = used.get_mut(node) {
        add(used, &pod.requests());
    }
}

fn add(used: &mut UsedFact, asked: &Amounts) {
    let more = |sum: &mut u64, asked: Option<u64>| *sum = sum.saturating_add(asked.unwrap_or(0));
    more(&mut used.cpu_millis, asked.cpu_millis);
    more(&mut used.memory_bytes, asked.memory);
    more(&mut used.pods, Some(1));
    for (name, asked) in &asked.other {
        more(used.gpus.entry(name.to_string()).or_default(), Some(*asked));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pods_of_others_take_what_they_request_and_those_of_the_own_namespace_nothing() {
        let pod = |namespace: &str, node: Option<&str>, requests: serde_json::Value| -> Pod {
            serde_json::from_value(json!({"metadata": {"name": "x", "namespace": namespace}, "spec": {"nodeName": node,
                "containers": [{"name": "a", "resources": {"requests": requests}}, {"name": "b"}]}}))
            .unwrap()
        };
        let mut used = BTreeMap::new();
        for pod in [
            pod("other", Some("n1"), json!({"cpu": "250m", "memory": "1Gi", "nvidia.com/gpu": "2"})),
            pod("other", Some("n1"), json!({})),
            pod("own", Some("n1"), json!({"cpu": "4", "memory": "1Gi"})),
            pod("other", None, json!({"cpu": "4"})),
        ] {
            count(&mut used, &pod, "own");
        }
        let gpus = BTreeMap::from([("nvidia.com/gpu".to_owned(), 2)]);
        let expected = UsedFact { cpu_millis: 250, memory_bytes: 1 << 30, gpus, pods: 2 };
        assert_eq!(used, BTreeMap::from([("n1".to_owned(), expected)]));
    }
}
