//! helm's own records: one Secret per revision of a release. Its labels say what is; its payload, gzip in base64, holds
//! the description. Must not decide what to do about a release.
use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{
    Api, Client, ResourceExt,
    api::{ListParams, PostParams},
};
use serde_json::{Map, Value};

use super::kube::call;
use crate::{
    health::text,
    problem::Problem,
    run::ports::{FailureKind, InstalledRelease, PortError, PortResult, ReleaseState, Releases},
};

/// Key of the payload.
const PAYLOAD: &str = "release";
/// Longest record that is unpacked, in bytes: a Secret holds 1 MB of gzip.
const LONGEST: u64 = 256 << 20;

/// helm's records in a cluster.
#[derive(Clone)]
pub struct ClusterReleases {
    client: Client,
}

impl ClusterReleases {
    /// Records behind a client.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    fn secrets(&self, namespace: &str) -> Api<Secret> {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// The record of the newest revision, and its number.
    async fn newest(&self, namespace: &str, release: &str) -> PortResult<Option<(Secret, u32)>> {
        let secrets = self.secrets(namespace);
        let params = ListParams::default().labels(&format!("owner=helm,name={release}"));
        let doing = format!("look up the helm release {release}");
        // Metadata only: all payloads together may take megabytes.
        let records = call(super::kube::CALL, &doing, secrets.list_metadata(&params)).await?;
        let Some(revision) = records.items.iter().filter_map(|record| revision(record.labels())).max() else {
            return Ok(None);
        };
        let found = call(super::kube::CALL, &doing, secrets.get_opt(&name(release, revision))).await?;
        // helm prunes old records: one that went away in between was not the newest for long.
        Ok(found.map(|secret| (secret, revision)))
    }

    async fn fail(&self, namespace: &str, release: &str, revision: u32) -> PortResult<()> {
        let secrets = self.secrets(namespace);
        let doing = format!("free the helm release {release}");
        let mut secret = call(super::kube::CALL, &doing, secrets.get(&name(release, revision))).await?;
        let Some(status) = secret.labels().get("status").filter(|status| status.starts_with("pending-")).cloned()
        else {
            return Ok(());
        };
        mark_failed(&mut secret, &status).ok_or_else(|| unreadable(release))?;
        // Carries the resourceVersion that was read: whoever changed the record since is not overruled.
        let name = secret.name_any();
        call(super::kube::CALL, &doing, secrets.replace(&name, &PostParams::default(), &secret)).await.map(|_| ())
    }
}

fn unreadable(release: &str) -> PortError {
    let problem = Problem::new("release-unreadable", format!("helm's record of `{release}` cannot be read"));
    PortError::new(FailureKind::Other, problem.hint(format!("`helm history {release}` must show it")))
}

fn name(release: &str, revision: u32) -> String {
    format!("sh.helm.release.v1.{release}.v{revision}")
}

fn revision(labels: &std::collections::BTreeMap<String, String>) -> Option<u32> {
    labels.get("version")?.parse().ok()
}

fn state(secret: &Secret, revision: u32) -> ReleaseState {
    let labels = secret.labels();
    let label = |name: &str| labels.get(name).map(|value| text::line(value));
    let payload = unpack(secret).unwrap_or_default();
    let said = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).map(text::line).unwrap_or_default();
    ReleaseState {
        revision,
        status: label("status").unwrap_or_else(|| said("/info/status")),
        description: said("/info/description"),
        chart: format!("{}-{}", said("/chart/metadata/name"), said("/chart/metadata/version")),
        modified: ["modifiedAt", "createdAt"].iter().find_map(|name| seconds(labels.get(*name)?)),
    }
}

fn installed(secret: &Secret) -> Option<InstalledRelease> {
    let mut payload = unpack(secret)?;
    let values = payload.get_mut("config").map(Value::take).filter(|values| !values.is_null());
    let ReleaseState { chart, status, .. } = state(secret, 0);
    Some(InstalledRelease { chart, status, values: values.unwrap_or_else(|| Value::Object(Map::new())) })
}

fn seconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

fn unpack(secret: &Secret) -> Option<Value> {
    let packed = STANDARD.decode(&secret.data.as_ref()?.get(PAYLOAD)?.0).ok()?;
    let mut text = Vec::new();
    GzDecoder::new(packed.as_slice()).take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn pack(payload: &Value) -> Option<ByteString> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&serde_json::to_vec(payload).ok()?).ok()?;
    Some(ByteString(STANDARD.encode(packer.finish().ok()?).into_bytes()))
}

/// As Flux does it (`internal/reconcile/unlock.go`): label and payload say `failed`, which helm accepts as a start.
fn mark_failed(secret: &mut Secret, status: &str) -> Option<()> {
    let mut payload = unpack(secret)?;
    let info = payload.get_mut("info")?.as_object_mut()?;
    info.insert("status".to_owned(), "failed".into());
    info.insert("description".to_owned(), format!("freed by hubwright from stale {status}").into());
    let packed = pack(&payload)?;
    secret.labels_mut().insert("status".to_owned(), "failed".to_owned());
    secret.data.get_or_insert_default().insert(PAYLOAD.to_owned(), packed);
    Some(())
}

impl Releases for ClusterReleases {
    fn state<'a>(&'a self, namespace: &'a str, release: &'a str) -> BoxFuture<'a, PortResult<Option<ReleaseState>>> {
        async move { Ok(self.newest(namespace, release).await?.map(|(secret, revision)| state(&secret, revision))) }
            .boxed()
    }

    fn installed<'a>(
        &'a self,
        namespace: &'a str,
        release: &'a str,
    ) -> BoxFuture<'a, PortResult<Option<InstalledRelease>>> {
        async move { Ok(self.newest(namespace, release).await?.and_then(|(secret, _)| installed(&secret))) }.boxed()
    }

    fn unlock<'a>(&'a self, namespace: &'a str, release: &'a str, revision: u32) -> BoxFuture<'a, PortResult<()>> {
        self.fail(namespace, release, revision).boxed()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(payload: &Value) -> Secret {
        let mut secret: Secret = serde_json::from_value(json!({
            "metadata": {"name": "sh.helm.release.v1.hub.v2", "labels": {
                "owner": "helm", "name": "hub", "version": "2", "status": "pending-upgrade", "createdAt": "1764000000"}},
            "type": "helm.sh/release.v1",
        }))
        .unwrap();
        secret.data = Some([(PAYLOAD.to_owned(), pack(payload).unwrap())].into());
        secret
    }

    fn payload() -> Value {
        json!({
            "name": "hub", "version": 2, "info": {"status": "pending-upgrade", "description": "run \u{1b}[31m7"},
            "chart": {"metadata": {"name": "jupyterhub", "version": "4.3.1"}}, "config": {"b": 1, "a": [1.5, null]},
        })
    }

    #[test]
    fn a_record_says_what_is_and_its_words_are_clean() {
        let state = state(&record(&payload()), 2);
        assert_eq!((state.status.as_str(), state.description.as_str()), ("pending-upgrade", "run 7"));
        assert_eq!(state.chart, "jupyterhub-4.3.1");
        assert_eq!(state.modified.unwrap().as_second(), 1_764_000_000);
    }

    #[test]
    fn a_record_tells_the_values_it_was_made_with() {
        let found = installed(&record(&payload())).unwrap();
        assert_eq!((found.chart.as_str(), found.values), ("jupyterhub-4.3.1", json!({"b": 1, "a": [1.5, null]})));
        let mut without = payload();
        without["config"] = Value::Null;
        assert_eq!(installed(&record(&without)).unwrap().values, json!({}));
    }

    #[test]
    fn freeing_a_record_changes_status_and_description_and_nothing_else() {
        let mut secret = record(&payload());
        mark_failed(&mut secret, "pending-upgrade").unwrap();
        let freed = unpack(&secret).unwrap();
        assert_eq!(freed["info"]["status"], "failed");
        assert_eq!(secret.labels()["status"], "failed");
        let mut expected = payload();
        expected["info"] = freed["info"].clone();
        assert_eq!(freed, expected);
    }

    #[test]
    fn a_record_of_another_making_is_read_by_its_labels() {
        let mut secret = record(&payload());
        secret.data = Some([(PAYLOAD.to_owned(), ByteString(b"junk".to_vec()))].into());
        assert_eq!(state(&secret, 2).status, "pending-upgrade");
        assert!(mark_failed(&mut secret, "pending-upgrade").is_none());
    }
}
