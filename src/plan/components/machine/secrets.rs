//! The Secrets of a deployment on this machine: those of every target, and what its hub shows its proxy.
use super::{super::secrets, Context, dask, environment, jupyterhub, ray};
use crate::plan::graph::{Step, StepId};

/// Key of the token that the hub shows its proxy, in the Secret of what was made up.
pub const PROXY_TOKEN: &str = "proxy-token";

/// Keeps the Secrets.
pub fn steps(context: &Context) -> Vec<Step> {
    let own = if context.spec.hub.is_some() { [PROXY_TOKEN].as_slice() } else { &[] };
    let secrets = [secrets::given(context), secrets::generated(context, own)];
    secrets::step(secrets.into_iter().flatten().collect(), vec![StepId::new(environment::STEP)], readers(context))
}

/// The steps that processes need.
pub fn needed(context: &Context) -> Vec<StepId> {
    let step = if steps(context).is_empty() { environment::STEP } else { secrets::STEP };
    vec![StepId::new(step)]
}

/// Processes that read Secrets when they start.
fn readers(context: &Context) -> Vec<String> {
    let spec = context.spec;
    let hub = spec.hub.iter().flat_map(|_| [jupyterhub::PROXY, jupyterhub::HUB].map(str::to_owned));
    let dask = spec.dask.iter().map(|_| dask::PROCESS.to_owned());
    hub.chain(dask).chain(spec.ray.iter().filter(|ray| ray.token_auth).flat_map(ray::names)).collect()
}
