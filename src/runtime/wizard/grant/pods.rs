//! Questions about single pods, or processes, of the deployment that is before us. Must not change anything.
use super::desk::Desk;
use crate::{
    front::wizard::wish::{LogOf, News, PodPage},
    health::{objects::Watched, page, text},
    problem::Problem,
    run::ports::{ObjectRef, Ports},
    runtime::connecting::Place,
    verify,
};

/// How many lines of a log are read.
const LINES: u32 = 1_000;

/// Everything about one pod.
pub async fn inspect(of: String, desk: &Desk) -> News {
    let page = page(&of, desk).await.map(Box::new).map_err(Box::new);
    News::Pod { of, page }
}

async fn page(name: &str, desk: &Desk) -> Result<PodPage, Problem> {
    let place = desk.place().ok_or_else(nothing)?;
    let ports = place.forgetful_ports(Place::no_helm());
    let index = verify::look(&ports, &place.namespace).await;
    page::of(&index, name, ports.clock.now()).ok_or_else(|| gone(name))
}

/// The last lines of a log.
pub async fn logs(of: LogOf, desk: &Desk) -> News {
    let lines = read(&of, desk).await.map_err(Box::new);
    News::Logs { of, lines }
}

async fn read(of: &LogOf, desk: &Desk) -> Result<Vec<String>, Problem> {
    let place = desk.place().ok_or_else(nothing)?;
    let ports = place.forgetful_ports(Place::no_helm());
    let container = match of.container.as_str() {
        "" => first_container(&of.pod, &ports, &place.namespace).await?,
        named => named.to_owned(),
    };
    let pod = ObjectRef::new("v1", "Pod", &place.namespace, &of.pod);
    ports.workloads().logs(&pod, &container, of.previous, LINES).await.map_err(|error| *error.problem)
}

async fn first_container(pod: &str, ports: &Ports, namespace: &str) -> Result<String, Problem> {
    let index = verify::look(ports, namespace).await;
    let found = index.pod(pod).ok_or_else(|| gone(pod))?;
    Ok(found.spec.containers.first().map_or(found.name(), |container| &container.name).to_owned())
}

fn gone(name: &str) -> Problem {
    Problem::new("no-such-part", format!("`{}` is not there any more", text::line(name)))
}

fn nothing() -> Problem {
    Problem::new("no-deployment", "no deployment is looked at yet")
}
