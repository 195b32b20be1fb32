//! `status` and `logs`: looks at what runs. Must not change anything.
use super::{
    Outcome,
    connecting::Place,
    naming::{self, Named},
    password, print, print_words, runs,
};
use crate::{
    cli::{Logs, Status},
    front::status::{self, Part},
    health::{causes, objects::Watched, pod, text},
    problem::{Exit, Problem},
    run::ports::{ObjectRef, Ports},
    verify,
};

/// `hubwright status`
pub async fn status(args: &Status) -> Outcome {
    let remembered = runs::all(&args.place).map_err(|problem| vec![problem])?;
    if remembered.len() > 1 {
        let lines = remembered.iter().map(|run| (run.flags(), &run.state));
        return print_words(&status::list(lines));
    }
    if remembered.is_empty() && args.place.context.is_none() && args.place.namespace.is_none() {
        let problem = Problem::new("no-deployment", "no deployment is remembered on this machine");
        return Err(vec![
            problem
                .hint("`hubwright install trial` makes one here, without a cluster")
                .hint("`-n NAMESPACE` looks at one in the cluster of your kubeconfig"),
        ]);
    }
    let (words, all_ready) = told(&naming::named(&args.place, "look at")?).await?;
    print_words(&words)?;
    Ok(if all_ready { Exit::Done } else { Exit::Change })
}

/// How a deployment is, in words, and whether all of it is well.
pub async fn told(named: &Named) -> Result<(String, bool), Vec<Problem>> {
    let place = named.reach().await?;
    let world = place.forgetful_ports(Place::no_helm());
    let index = verify::look(&world, &place.namespace).await;
    let now = world.clock.now();
    let parts: Vec<Part> =
        index.pods().map(|pod| Part { line: pod::line(&index, pod), since: pod.status.start_time }).collect();
    let findings = causes::all(&index, now);
    let all_ready = !parts.is_empty() && parts.iter().all(|part| status::is_well(&part.line));
    let words = status::text(&place.words(), &parts, &findings, now);
    Ok((words + &more(named, &place)?, all_ready))
}

/// Where the hub is, and how the last run ended.
fn more(named: &Named, place: &Place) -> Result<String, Vec<Problem>> {
    let url = named.answers()?.and_then(|(_, spec)| spec.hub.and_then(|hub| hub.access.url()));
    let url = url.map(|url| format!("hub        {url}\n")).unwrap_or_default();
    let password =
        password::kept_in(place).map(|path| format!("password   in {}\n", path.display())).unwrap_or_default();
    let run = named.run.as_ref().map(|run| status::last_run(&run.state)).unwrap_or_default();
    Ok(format!("{url}{password}{run}"))
}

/// `hubwright logs`
pub async fn logs(args: &Logs) -> Outcome {
    let place = naming::named(&args.place, "read the logs of")?.reach().await?;
    let ports = place.forgetful_ports(Place::no_helm());
    let (part, container) = find(&ports, &place, &args.part).await?;
    let object = ObjectRef::new("v1", "Pod", &place.namespace, &part);
    let logs = ports.workloads().logs(&object, &container, args.previous, args.lines).await;
    let lines = logs.map_err(|error| vec![*error.problem])?;
    print(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}

/// The part of a name, or the first one whose name begins so; and its container.
async fn find(ports: &Ports, place: &Place, name: &str) -> Result<(String, String), Vec<Problem>> {
    let index = verify::look(ports, &place.namespace).await;
    let found = index.pod(name).or_else(|| index.pods().find(|pod| pod.name().starts_with(name)));
    if let Some(pod) = found {
        let container = pod.spec.containers.first().map_or(name, |container| &container.name);
        return Ok((pod.name().to_owned(), container.to_owned()));
    }
    let names: Vec<String> = index.pods().map(|pod| format!("`{}`", text::line(pod.name()))).collect();
    let problem = Problem::new("no-such-part", format!("there is no part `{}` in {}", text::line(name), place.words()));
    Err(vec![if names.is_empty() {
        problem.hint("nothing runs there")
    } else {
        problem.hint(format!("there are {}", names.join(", ")))
    }])
}
