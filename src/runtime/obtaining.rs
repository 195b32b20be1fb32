//! Finds helm, or offers to fetch it. Nothing is downloaded unless a person said so, at the terminal or with a flag.
//! Must not know how helm is fetched or checked.
use std::{io::IsTerminal, ops::ControlFlow, path::PathBuf};

use super::{connecting::Place, tell};
use crate::{
    cli::Acting,
    drivers::helm::{self, download},
    front::{
        message,
        plain::{Answer, confirm},
    },
    problem::{Exit, Problem},
    run::ports::Helm,
};

/// Flag that downloads without being asked.
const FLAG: &str = "--download-helm";

/// The helm to use; `Break` where the person pressed Ctrl-C.
pub async fn helm(place: &Place, acting: &Acting) -> Result<ControlFlow<Exit, Box<dyn Helm>>, Vec<Problem>> {
    let found = match place.helm(acting.helm.as_deref()) {
        Err(problem) if problem.code == helm::MISSING => match offer(acting, &problem).map_err(one)? {
            Answer::Yes => {
                tell(&format!("downloading helm {} from {} …", download::VERSION, download::SERVER));
                let (program, found) = fetch(place).await.map_err(one)?;
                tell(&format!("helm {} is at {}", download::VERSION, program.display()));
                found
            }
            Answer::No => return Err(vec![problem]),
            Answer::Interrupted => return Ok(ControlFlow::Break(Exit::Interrupted)),
        },
        found => found.map_err(one)?,
    };
    let (program, warning) = found;
    if let Some(warning) = warning {
        tell(&message::warning(&warning));
    }
    Ok(ControlFlow::Continue(program))
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

/// Whether to download. `--yes` is about the installation, not about programs of other people: it downloads nothing.
fn offer(acting: &Acting, problem: &Problem) -> Result<Answer, Problem> {
    if acting.download_helm {
        return Ok(Answer::Yes);
    }
    let (version, server) = (download::VERSION, download::SERVER);
    if acting.yes || !std::io::stdin().is_terminal() {
        let hint = format!(
            "or add `{FLAG}`: hubwright fetches helm {version} from {server}, checks it, and keeps it for itself"
        );
        return Err(problem.clone().hint(hint));
    }
    tell(&format!(
        "{}; hubwright can fetch helm {version} from {server}, check it, and keep it for itself",
        problem.title
    ));
    confirm(&format!("Download helm {version}?"), FLAG)
}

/// The helm to use, fetched if it is missing: for those who agreed to that already.
pub async fn found_or_fetched(place: &Place) -> Result<Box<dyn Helm>, Problem> {
    // helm is asked for its version, and may take its time.
    let asked = place.clone();
    let found = tokio::task::spawn_blocking(move || asked.helm(None)).await;
    match found.unwrap_or_else(|_| Err(Problem::new("interrupted", "helm was not looked for to the end").retry())) {
        Err(problem) if problem.code == helm::MISSING => fetch(place).await.map(|(_, (helm, _))| helm),
        found => found.map(|(helm, _)| helm),
    }
}

/// Downloads helm: where it is now, and what there is to say about it.
async fn fetch(place: &Place) -> Result<(PathBuf, (Box<dyn Helm>, Option<Problem>)), Problem> {
    let program = download::download().await?;
    let found = place.helm(Some(&program))?;
    Ok((program, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(acting: &Acting) -> Result<Answer, Problem> {
        offer(acting, &Problem::new(helm::MISSING, "helm is not installed"))
    }

    #[test]
    fn yes_downloads_nothing_and_says_which_flag_does() {
        let problem = offered(&Acting { yes: true, ..Acting::default() }).unwrap_err();
        assert!(problem.hints.iter().any(|hint| hint.contains("`--download-helm`")), "{problem:?}");
        let asked_for = Acting { yes: true, download_helm: true, ..Acting::default() };
        assert_eq!(offered(&asked_for).unwrap(), Answer::Yes);
    }
}
