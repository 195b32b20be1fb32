//! User servers: image, sizes, homes, profiles, what they may reach, and how they find Ray and Dask.
use serde_json::{Map, Value, json};

use super::{Context, dask, egress, ray};
use crate::{
    answers::{
        quantity::Quantity,
        spec::{Homes, Hub, Profile},
    },
    plan::components::tolerations,
};

/// `singleuser`.
pub fn singleuser(context: &Context, hub: &Hub) -> Value {
    let mut values = json!({
        "image": {"name": hub.notebook.repository, "tag": hub.notebook.tag},
        "cpu": {"guarantee": hub.resources.cpu.value()},
        "memory": {"guarantee": hub.resources.memory.whole()},
        "defaultUrl": "/lab",
        "startTimeout": 600,
        "storage": storage(&hub.homes),
        "extraEnv": environment(context, hub),
        "networkPolicy": {"enabled": hub.network_policy, "egress": egress(context)},
        "cloudMetadata": {"blockWithIptables": hub.block_metadata},
        "profileList": hub.profiles.iter().map(|profile| entry(hub, profile)).collect::<Vec<_>>(),
    });
    if let (false, Some(values)) = (hub.packages.is_empty(), values.as_object_mut()) {
        values.insert("cmd".to_owned(), command(&hub.packages));
    }
    values
}

/// Makes sure of packages, then becomes the server. A failing pip does not keep the server from starting: people still get
/// their files, and the verification says what is missing.
fn command(packages: &[String]) -> Value {
    let quoted: Vec<String> = packages.iter().map(|package| format!("'{package}'")).collect();
    let script = format!(
        "python -m pip install --quiet --disable-pip-version-check {} || echo 'pip could not make sure of the packages' >&2; exec jupyterhub-singleuser \"$@\"",
        quoted.join(" ")
    );
    json!(["sh", "-c", script, "sh"])
}

fn storage(homes: &Homes) -> Value {
    match homes {
        Homes::Dynamic { class, size } => {
            let mut dynamic = Map::new();
            if let Some(class) = class {
                dynamic.insert("storageClass".to_owned(), class.as_str().into());
            }
            json!({"type": "dynamic", "capacity": size.as_str(), "dynamic": dynamic})
        }
        Homes::Static { claim } => json!({"type": "static", "static": {"pvcName": claim, "subPath": "{username}"}}),
        Homes::None | Homes::Folder => json!({"type": "none"}),
    }
}

fn environment(context: &Context, hub: &Hub) -> Map<String, Value> {
    let mut environment = Map::new();
    if let Some(ray) = &context.spec.ray {
        environment.extend(ray::notebook_environment(ray));
    }
    if context.spec.dask.is_some() {
        environment.extend(dask::notebook_environment(context));
    }
    if hub.profiles.iter().any(|profile| profile.gpus.is_some()) {
        // Where nvidia is the default runtime, an image may ask for all GPUs without any being requested for it.
        environment.insert("NVIDIA_VISIBLE_DEVICES".to_owned(), "void".into());
    }
    environment
}

fn entry(hub: &Hub, profile: &Profile) -> Value {
    json!({
        "display_name": profile.name,
        "slug": profile.slug,
        "description": profile.description,
        "default": profile.default,
        "kubespawner_override": overrides(hub, profile),
    })
}

/// CPU and memory that a server of a profile is guaranteed: the usual, or less where the profile allows no more.
pub fn guaranteed<'a>(hub: &'a Hub, profile: &'a Profile) -> [&'a Quantity; 2] {
    let least = |usual: &'a Quantity, most: Option<&'a Quantity>| {
        most.filter(|most| most.value() <= usual.value()).unwrap_or(usual)
    };
    [least(&hub.resources.cpu, profile.cpu.as_ref()), least(&hub.resources.memory, profile.memory.as_ref())]
}

fn overrides(hub: &Hub, profile: &Profile) -> Value {
    let mut overrides = Map::new();
    let [guaranteed_cpu, guaranteed_memory] = guaranteed(hub, profile);
    let mut set = |key: &str, value: Value| drop(overrides.insert(key.to_owned(), value));
    if let Some(image) = &profile.image {
        set("image", image.to_string().into());
    }
    if let Some(cpu) = &profile.cpu {
        set("cpu_limit", cpu.value().into());
        set("cpu_guarantee", guaranteed_cpu.value().into());
    }
    if let Some(memory) = &profile.memory {
        set("mem_limit", memory.whole().into());
        set("mem_guarantee", guaranteed_memory.whole().into());
    }
    if let Some(gpus) = &profile.gpus {
        let amounts = Value::Object(Map::from_iter([(gpus.resource.clone(), gpus.count.to_string().into())]));
        set("extra_resource_limits", amounts.clone());
        set("extra_resource_guarantees", amounts);
        set("environment", json!({"NVIDIA_VISIBLE_DEVICES": null}));
    }
    if let Some(shm) = &profile.shm {
        // Named entries are merged with the home's volume; a list would replace it.
        set("volumes", json!({"shm": {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": shm.as_str()}}}));
        set("volume_mounts", json!({"shm": {"name": "shm", "mountPath": "/dev/shm"}}));
    }
    if !profile.placement.node_selector.is_empty() {
        set("node_selector", json!(profile.placement.node_selector));
    }
    if !profile.placement.tolerations.is_empty() {
        set("tolerations", tolerations(&profile.placement));
    }
    Value::Object(overrides)
}
