//! `start`, `stop`, and the supervisor of a deployment on this machine. Must not know how processes are kept running.
use std::{ffi::OsString, path::Path, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Outcome, connecting::Place, naming, showing, tell};
use crate::{
    cli::{Showing, Start, Stop},
    drivers::machine,
    front::status,
    health::{causes, index::Index, pod},
    problem::{Exit, Problem},
    run::{
        event::{EventKind, Outcome as Ended, command},
        ports::Ports,
        recorder::Recorder,
        watching::World,
    },
};

/// How long a start may take before it is called failed; what is slower goes on in the background all the same.
const PATIENCE: Duration = Duration::from_secs(180);

/// `hubwright start`
pub async fn start(args: &Start) -> Outcome {
    let place = naming::here(&args.place, "start")?.reach().await?;
    let ports = place.forgetful_ports(Place::no_helm());
    let machine = ports.machine().map_err(|error| vec![*error.problem])?;
    if machine.holdings().map_err(|error| vec![*error.problem])?.processes.is_empty() {
        let problem = Problem::new("nothing-to-start", format!("nothing is installed of {}", place.words()));
        return Err(vec![problem.hint(
            "`hubwright install trial` installs it; `hubwright resume` goes on with an interrupted installation",
        )]);
    }
    if !machine.start().await.map_err(|error| vec![*error.problem])? {
        tell(&format!("{} runs already", place.words()));
    }
    let ended = showing::show(Showing::default(), async |shown, cancel| {
        let recorder = Recorder::new(&ports, shown, 0);
        follow(&place, &ports, &recorder, cancel).await
    })
    .await;
    Ok(showing::exit(ended))
}

/// Shows what starts, until all of it is ready.
async fn follow(place: &Place, ports: &Ports, recorder: &Recorder<'_>, cancel: &CancellationToken) -> Ended {
    let began = ports.clock.now();
    recorder.say(looking_on(command::START, &place.namespace, ports));
    let world = World::new(&place.namespace);
    let ended = tokio::select! {
        () = cancel.cancelled() => Ended::Interrupted,
        () = ports.clock.sleep(PATIENCE) => Ended::Failed,
        () = world.follow(ports, recorder) => Ended::Failed,
        () = world.until(all_ready) => Ended::Done,
    };
    let findings = causes::all(&world.index(), ports.clock.now());
    let summary = match ended {
        Ended::Done => vec!["everything is ready; `hubwright verify` proves it".to_owned()],
        _ => findings
            .iter()
            .map(|finding| finding.title.clone())
            .chain(["`hubwright status` shows how far it is".to_owned()])
            .collect(),
    };
    let took_ms = u64::try_from(ports.clock.now().duration_since(began).as_millis()).unwrap_or_default();
    recorder.say(EventKind::RunFinished { outcome: ended, took_ms, changed: true, summary });
    ended
}

/// The beginning of a run without steps.
pub fn looking_on(command: &str, namespace: &str, ports: &Ports) -> EventKind {
    EventKind::RunStarted {
        run: ports.clock.now().strftime("%Y%m%d-%H%M%S").to_string(),
        command: command.to_owned(),
        deployment: format!("{}/{namespace}", ports.workloads().context()),
        plan: String::new(),
        resumed: false,
        steps: Vec::new(),
    }
}

fn all_ready(index: &Index) -> bool {
    let mut pods = index.pods().peekable();
    pods.peek().is_some() && pods.all(|pod| status::is_well(&pod::line(index, pod)))
}

/// `hubwright restart`
pub async fn restart(args: &Start) -> Outcome {
    let place = naming::here(&args.place, "restart")?.reach().await?;
    end(&place).await?;
    start(args).await
}

async fn end(place: &Place) -> Result<(), Vec<Problem>> {
    let ports = place.forgetful_ports(Place::no_helm());
    let machine = ports.machine().map_err(|error| vec![*error.problem])?;
    machine.stop().await.map_err(|error| vec![*error.problem])
}

/// `hubwright stop`
pub async fn stop(args: &Stop) -> Outcome {
    let place = naming::here(&args.place, "stop")?.reach().await?;
    end(&place).await?;
    tell(&format!("{} is stopped; `hubwright start -n {}` starts it again", place.words(), place.namespace));
    Ok(Exit::Done)
}

/// `hubwright supervise`
pub fn supervise(folder: &Path) -> Outcome {
    machine::supervisor::supervise(folder).map(|()| Exit::Done).map_err(|problem| vec![problem])
}

/// `hubwright run-process`: comes back only if the program cannot be started.
pub fn run_process(words: &[OsString]) -> Outcome {
    Err(vec![machine::supervisor::run_process(words)])
}
