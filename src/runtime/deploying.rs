//! `install` and `resume`: plan, show, ask, do, verify.
//! Must not know how a step is carried out.
use std::{path::Path, time::Duration};

use super::{Outcome, answering, connecting::Place, planning, showing};
use crate::{
    answers::{
        facts::Facts,
        layers::{Layers, Origin},
        preset::{self, Preset},
        spec::{Exposure, Hub, Provider, Spec, Tls},
    },
    cli::{Acting, Install, Resume, Showing},
    drivers::{folder, journal::FileJournal},
    front::plain::{Answer, confirm},
    plan::{
        self,
        graph::{Action, Plan},
        show,
    },
    problem::{Exit, Problem},
    run::{
        executor::{self, Options},
        ports::{Helm, Ports},
        preflight,
        resume::remembered,
        state::RunState,
    },
};

/// File with the answers of a run, for `resume`. References to secrets only.
pub const ANSWERS: &str = "answers.yaml";

/// A deployment that is about to be made.
struct Deployment {
    place: Place,
    layers: Layers,
    spec: Spec,
    plan: Plan,
    facts: Facts,
}

/// `hubwright install`
pub async fn install(args: &Install) -> Outcome {
    let layers = answering::layers(&args.answering, &args.place)?;
    // What is wrong with the answers alone is said before any cluster is asked.
    let early = answering::spec(&layers, &Facts::default())?;
    let place = Place::reach(early.target.context.as_deref(), &early.target.namespace).await.map_err(one)?;
    let mut deployment = prepare(place, layers).await?;
    if args.no_verify {
        deployment.plan.steps.retain(|step| step.action != Action::Verify);
    }
    let helm = find_helm(&deployment.place, &args.acting)?;
    announce(&deployment, args.showing);
    match ask(&deployment, &args.acting)? {
        Answer::Yes => deploy(&deployment, helm, args.showing, Duration::from_secs(args.patience)).await,
        Answer::No => Ok(Exit::Change),
        Answer::Interrupted => Ok(Exit::Interrupted),
    }
}

/// `hubwright resume`
pub async fn resume(args: &Resume) -> Outcome {
    let folder = super::runs::unfinished(&args.place).map_err(one)?;
    let name = folder.join(ANSWERS).display().to_string();
    let preset = answering::load(&name)?;
    let mut layers = Layers::new();
    layers.push(Origin::Preset("the interrupted run".to_owned()), preset.answers);
    let early = answering::spec(&layers, &Facts::default())?;
    let place = Place::reach(early.target.context.as_deref(), &early.target.namespace).await.map_err(one)?;
    let deployment = prepare(place, layers).await?;
    let helm = find_helm(&deployment.place, &args.acting)?;
    deploy(&deployment, helm, args.showing, Duration::from_secs(300)).await
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

async fn prepare(place: Place, mut layers: Layers) -> Result<Deployment, Vec<Problem>> {
    let ports = place.forgetful_ports(Place::no_helm());
    let facts = ports.cluster.facts(&place.namespace).await.map_err(|error| vec![*error.problem])?;
    // The context is written down, so that `resume` finds the same cluster whatever is current then.
    layers
        .set(Origin::Detected, "target.context", &place.connection.context)
        .map_err(|invalid| vec![crate::problem::Explain::explain(&invalid)])?;
    let spec = answering::spec(&layers, &facts)?;
    let plan = plan::build(&spec, &facts);
    Ok(Deployment { place, layers, spec, plan, facts })
}

fn find_helm(place: &Place, acting: &Acting) -> Result<Box<dyn Helm>, Vec<Problem>> {
    let (helm, warning) = place.helm(acting.helm.as_deref()).map_err(one)?;
    if let Some(warning) = warning {
        eprintln!("{}", crate::front::message::warning(&warning));
    }
    Ok(helm)
}

/// Standard output belongs to events in JSON mode; a person reads this on standard error.
fn announce(deployment: &Deployment, showing: Showing) {
    if !showing.json {
        eprintln!("{}{}", planning::head(&deployment.spec), show::text(&deployment.plan));
    }
}

fn ask(deployment: &Deployment, acting: &Acting) -> Result<Answer, Vec<Problem>> {
    if acting.yes {
        return Ok(Answer::Yes);
    }
    let question =
        format!("Install into namespace {} of {}?", deployment.place.namespace, deployment.place.connection.context);
    confirm(&question, "--yes").map_err(one)
}

async fn deploy(deployment: &Deployment, helm: Box<dyn Helm>, showing: Showing, patience: Duration) -> Outcome {
    let place = &deployment.place;
    let (ports, state) = open(place, helm).map_err(one)?;
    remember(deployment).map_err(one)?;
    let problems =
        preflight::problems(&deployment.plan, &deployment.facts, &ports).await.map_err(|error| vec![*error.problem])?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let options = options(deployment, &state, patience);
    let outcome = showing::show(showing, async |shown, cancel| {
        executor::execute(&deployment.plan, &ports, &options, state, shown, cancel).await
    })
    .await;
    Ok(showing::exit(outcome))
}

/// The journal of an unfinished run goes on; that of an ended one is put aside.
fn open(place: &Place, helm: Box<dyn Helm>) -> Result<(Ports, RunState), Problem> {
    let ports = place.ports(helm)?;
    let state = remembered(&ports).map_err(|error| *error.problem)?;
    if state.unfinished() || state.run.is_empty() {
        return Ok((ports, state));
    }
    let Ports { cluster, helm, releases, secrets, clock, journal } = ports;
    drop(journal);
    FileJournal::rotate(&place.folder)?;
    let journal = Box::new(FileJournal::open(&place.folder)?);
    Ok((Ports { cluster, helm, releases, secrets, clock, journal }, RunState::default()))
}

fn remember(deployment: &Deployment) -> Result<(), Problem> {
    let preset = Preset {
        title: "Answers of the last run".to_owned(),
        answers: deployment.layers.merged(),
        ..Preset::default()
    };
    let text = preset::write(&preset, &deployment.facts);
    folder::write_private(&deployment.place.folder.join(ANSWERS), &text)
}

fn options(deployment: &Deployment, state: &RunState, patience: Duration) -> Options {
    let fresh = || jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let run = if state.unfinished() { state.run.clone() } else { fresh() };
    let user = std::env::var("USER").unwrap_or_else(|_| "somebody".to_owned());
    let holder = format!("{user}@{} pid {}", host(), std::process::id());
    Options { run, holder, patience, silence: Duration::from_secs(600), summary: summary(&deployment.spec) }
}

fn host() -> String {
    let name = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).unwrap_or_default();
    name.trim().to_owned()
}

/// Where the hub is and how to log in, for the end of a good run.
fn summary(spec: &Spec) -> Vec<String> {
    let namespace = &spec.target.namespace;
    let hub = spec.hub.iter().flat_map(|hub| [Some(open_hub(hub, namespace)), log_in(hub, namespace)]).flatten();
    let ray = spec
        .ray
        .iter()
        .map(|ray| format!("Ray in a notebook: `ray.init()` reaches {}", plan::components::ray::address(ray)));
    let dask = spec
        .dask
        .iter()
        .map(|_| "Dask in a notebook: `from dask_gateway import Gateway; Gateway().new_cluster()`".to_owned());
    let next =
        [format!("check again: `hubwright verify -n {namespace}`   remove: `hubwright uninstall -n {namespace}`")];
    hub.chain(ray).chain(dask).chain(next).collect()
}

fn open_hub(hub: &Hub, namespace: &str) -> String {
    let forward =
        format!("`kubectl -n {namespace} port-forward service/proxy-public 8000:80`, then http://localhost:8000");
    match (hub.access.url(), &hub.access.exposure) {
        (_, Exposure::ClusterIp) if hub.access.tls != Tls::Offload => format!("open the hub: {forward}"),
        (Some(url), _) => format!("open the hub: {url}"),
        (None, Exposure::LoadBalancer { .. }) => {
            format!("open the hub: the address that `kubectl -n {namespace} get service proxy-public` shows")
        }
        (None, _) => {
            format!("open the hub: any node's address, port of `kubectl -n {namespace} get service proxy-public`")
        }
    }
}

fn log_in(hub: &Hub, namespace: &str) -> Option<String> {
    matches!(hub.login.provider, Provider::Dummy { .. }).then(|| {
        format!(
            "log in: any name, password from `kubectl -n {namespace} get secret {} -o jsonpath='{{.data.dummy-password}}' | base64 -d`",
            plan::components::GENERATED
        )
    })
}
