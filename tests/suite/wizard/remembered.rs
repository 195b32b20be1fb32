//! What is on the disk between two programs: drafts and deployments that cannot be kept, read or reached again.
use std::{fs, path::Path, time::Duration};

use hubwright::{
    drivers::journal,
    front::wizard::wish::{News, Wish},
    run::event::{Event, EventKind, FORMAT, Outcome, command::INSTALL},
};

use super::{World, alone, deploy, look, typed};

/// A disk that is full, or a file that is none: answers were lost, and said to be kept.
#[test]
fn answers_that_cannot_be_kept_are_not_said_to_be() {
    alone("remembered::answers_that_cannot_be_kept_are_not_said_to_be", async |home| {
        let file = home.join(".local/state/hubwright/draft.yaml");
        let keep = |name: &str| Wish::KeepDraft(Box::new(typed(&[("target.namespace", name)])));
        for mended in [false, true] {
            let mut world = World::new();
            world.granter.grant(keep("lab"));
            world.beginnings().await;
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
            let told = world.ask(keep("other")).await;
            assert!(matches!(&told, News::NotKept(problem) if problem.code == "cannot-write"), "{told:?}");
            fs::remove_dir(&file).unwrap();
            if mended {
                world.granter.grant(keep("other"));
            }
            let said = world.granter.wind_down().await;
            let kept =
                if mended { "your answers are kept" } else { "what was answered last is not kept: cannot write" };
            assert!(said.len() == 1 && said[0].starts_with(kept), "{said:?}");
        }
    });
}

/// A deployment that is remembered by its answers, and installed in an hour if `done`.
fn remember(home: &Path, folder: &str, answers: &str, done: bool) {
    let folder = home.join(".local/state/hubwright").join(folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("answers.yaml"), format!("schema: 1\n{answers}")).unwrap();
    let (run, command, nothing) = ("r".to_owned(), INSTALL.to_owned(), String::new);
    let began = EventKind::RunStarted {
        run,
        command,
        deployment: nothing(),
        plan: nothing(),
        resumed: false,
        steps: Vec::new(),
    };
    let over = EventKind::RunFinished { outcome: Outcome::Done, took_ms: 1, changed: true, summary: Vec::new() };
    let at = jiff::Timestamp::now() + Duration::from_secs(3600);
    let lines = [began, over].into_iter().zip(1..).map(|(kind, seq)| Event { v: FORMAT, seq, at, kind });
    let text: String = lines.map(|event| serde_json::to_string(&event).unwrap() + "\n").collect();
    fs::write(folder.join(journal::NAME), if done { text } else { String::new() }).unwrap();
}

/// What a newer hubwright asks counted as not said, and went with the draft.
#[test]
fn a_draft_of_which_a_part_cannot_be_read_never_came_true() {
    alone("remembered::a_draft_of_which_a_part_cannot_be_read_never_came_true", async |home| {
        let answers = "target: {kind: this-machine, namespace: lab}\n";
        remember(home, "this-machine.lab", answers, true);
        for (name, more) in [("draft.yaml", ""), ("draft-2.yaml", "hub: {announcment: closed}\n")] {
            fs::write(home.join(".local/state/hubwright").join(name), format!("schema: 1\n{answers}{more}")).unwrap();
        }
        let left = World::new().beginnings().await.drafts;
        assert_eq!(left.iter().map(|draft| draft.name.as_str()).collect::<Vec<_>>(), ["draft-2.yaml"]);
    });
}

#[test]
fn a_deployment_whose_answers_cannot_be_read_hides_no_other() {
    alone("remembered::a_deployment_whose_answers_cannot_be_read_hides_no_other", async |home| {
        remember(home, "prod--hub", "target: {context: prod, namespace: hub}\nhub: {announcment: closed}\n", true);
        let alone = World::new().beginnings().await;
        assert_eq!((alone.deployments.len(), alone.unreadable.len()), (0, 1));
        assert!(alone.unreadable[0].hints[1].contains("`hubwright status --context prod -n hub`"), "{alone:?}");
        remember(home, "this-machine.lab", "target: {kind: this-machine, namespace: lab}\n", true);
        remember(home, "this-machine.odd", "target: {kind: this-machine, namespace: odd}\nhub: 1\n", true);
        let beside = World::new().beginnings().await;
        let words: Vec<&str> = beside.deployments.iter().map(|line| line.words.as_str()).collect();
        assert_eq!((words, beside.unreadable.len()), (vec!["lab on this machine"], 2));
        let hints = &beside.unreadable[1].hints;
        assert!(hints.len() == 1, "it is not found by a name without its answers: {hints:?}");
    });
}

/// A credential plugin that was slow, or Ctrl-C meanwhile: every other try had nothing to verify.
#[test]
fn a_deployment_that_cannot_be_reached_again_is_not_forgotten_nor_connected_to_twice() {
    alone(
        "remembered::a_deployment_that_cannot_be_reached_again_is_not_forgotten_nor_connected_to_twice",
        async |home| {
            let said = r#"{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "x"}}"#;
            fs::write(home.join("plugin"), format!("echo run >> $HOME/runs\necho '{said}'\n")).unwrap();
            let plugin = home.join("plugin").display().to_string();
            let text = format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: c, cluster: {{server: 'http://127.0.0.1:1'}}}}]\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['{plugin}'], interactiveMode: Never}}}}}}]\n"
            );
            fs::write(home.join("kubeconfig"), text).unwrap();
            let target = [("target.kind", "kubernetes"), ("target.context", "c"), ("target.namespace", "lab")];
            remember(home, "c--lab", "target: {kind: kubernetes, context: c, namespace: lab}\n", false);
            let mut world = World::new();
            world.granter.grant(deploy(typed(&[target[0], target[2]])));
            assert_eq!(world.ended().await.outcome, None);
            let again = async |world: &mut World| {
                world.granter.grant(Wish::Verify { folder: None, rungs: Vec::new() });
                let ended = world.ended().await;
                let files: Vec<String> = ended.files.into_iter().map(|(word, _)| word).collect();
                (ended.problems[0].code.clone(), files)
            };
            let runs = || fs::read_to_string(home.join("runs")).unwrap();
            let connected = runs();
            again(&mut world).await;
            assert_eq!(runs(), connected);
            assert!(matches!(world.ask(look(typed(&target))).await, News::NotLooked { .. }));
            fs::write(home.join("kubeconfig"), "a: [").unwrap();
            for _ in 0..2 {
                let (code, files) = again(&mut world).await;
                assert_eq!(
                    (code.as_str(), files.as_slice()),
                    ("kubeconfig-broken", ["answers".to_owned(), "journal".to_owned()].as_slice())
                );
            }
        },
    );
}
