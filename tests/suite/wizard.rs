//! The world behind the screens, without any screen: wishes go in, news come out. Where things are kept comes from the
//! environment, so each test runs in a process of its own with a home of its own.
mod remembered;

use std::{
    collections::BTreeMap,
    env, fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use hubwright::{
    answers::{
        layers::{Layers, Origin},
        tree::TargetKind,
    },
    cli::{Answering, Setup},
    front::wizard::wish::{Beginnings, Ended, Intent, News, Opened, Source, Wish},
    run::event::Outcome,
    runtime::wizard::grant::{Granter, Tagged},
};
use tokio::sync::mpsc::{Receiver, channel};

/// Set in the process in which a test runs alone: its home. Names of the test bed are no answers.
const HOME: &str = "HUBWRIGHT_BED_HOME";
/// Longer than anything here may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a test in a process of its own.
fn alone(name: &str, test: impl AsyncFnOnce(&Path)) {
    if let Some(home) = env::var_os(HOME) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let home = PathBuf::from(home);
        runtime.block_on(async { tokio::time::timeout(LIMIT, test(&home)).await.unwrap() });
        return runtime.shutdown_background();
    }
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("wizard::{name}"), "--nocapture"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.path())
        .env("KUBECONFIG", home.path().join("kubeconfig"))
        .env(HOME, home.path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Grants wishes, and hears what comes of them.
struct World {
    granter: Granter,
    told: Receiver<Tagged>,
}

impl World {
    fn new() -> Self {
        Self::with(&Setup::default())
    }

    fn with(args: &Setup) -> Self {
        let (news, told) = channel(16);
        Self { granter: Granter::new(news, args), told }
    }

    async fn next(&mut self) -> News {
        loop {
            let told = self.told.recv().await.unwrap();
            if let Some(news) = self.granter.hear(told) {
                return news;
            }
        }
    }

    async fn ask(&mut self, wish: Wish) -> News {
        self.granter.grant(wish);
        self.next().await
    }

    async fn beginnings(&mut self) -> Beginnings {
        match self.ask(Wish::Beginnings).await {
            News::Beginnings(beginnings) => *beginnings,
            other => panic!("{other:?}"),
        }
    }

    async fn open(&mut self, source: Source) -> Opened {
        match self.ask(Wish::Open(source)).await {
            News::Opened(opened) => *opened,
            other => panic!("{other:?}"),
        }
    }

    async fn wrong(&mut self, wish: Wish) -> String {
        match self.ask(wish).await {
            News::Wrong(problems) => problems[0].code.clone(),
            other => panic!("{other:?}"),
        }
    }

    async fn ended(&mut self) -> Ended {
        loop {
            match self.next().await {
                News::Ended(ended) => return *ended,
                News::Event(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// A kubeconfig with one cluster, at an address.
fn kubeconfig(home: &Path, server: &str) {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: dead\nclusters: [{{name: c, cluster: {{server: '{server}'}}}}]\ncontexts: [{{name: dead, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{token: x}}}}]\n"
    );
    fs::write(home.join("kubeconfig"), text).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn typed(answers: &[(&str, &str)]) -> Layers {
    let mut layers = Layers::new();
    answers.iter().for_each(|(key, value)| layers.say(key, value).unwrap());
    layers
}

fn look(layers: Layers) -> Wish {
    Wish::Look { layers: Box::new(layers), asking: false }
}

fn deploy(layers: Layers) -> Wish {
    Wish::Deploy(Box::new(Intent { layers, secrets: BTreeMap::new(), verify: true }))
}

#[test]
fn what_there_is_to_begin_with_is_told_whatever_the_kubeconfig_is() {
    alone("what_there_is_to_begin_with_is_told_whatever_the_kubeconfig_is", async |home| {
        let mut world = World::new();
        let folder = home.join(".config/hubwright/presets");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("mine.yaml"), "schema: 1\ntitle: My hub\ntarget: {kind: this-machine}\n").unwrap();
        fs::write(folder.join("broken.yaml"), "schema: [\n").unwrap();
        fs::write(folder.join("notes.txt"), "no preset").unwrap();
        let beginnings = world.beginnings().await;
        assert_eq!(beginnings.kubeconfig.unwrap().code, "no-cluster");
        let own: Vec<_> = beginnings.presets.iter().filter(|preset| preset.own).collect();
        assert_eq!((own.len(), own[0].name.as_str(), own[0].title.as_str()), (1, "mine", "My hub"));
        assert_eq!((&beginnings.presets[0], beginnings.presets[0].target), (own[0], TargetKind::ThisMachine));
        assert!(beginnings.presets.iter().any(|preset| preset.name == "trial" && !preset.own));
        assert_eq!((beginnings.drafts, beginnings.deployments), (Vec::new(), Vec::new()));
        fs::write(home.join("kubeconfig"), "").unwrap();
        assert!(world.beginnings().await.kubeconfig.is_some());
        fs::write(home.join("kubeconfig"), "a: [token-of-mine").unwrap();
        let broken = world.beginnings().await.kubeconfig.unwrap();
        assert!(broken.code == "kubeconfig-broken" && !format!("{broken:?}").contains("token-of-mine"), "{broken:?}");
        kubeconfig(home, "http://127.0.0.1:1");
        let beginnings = world.beginnings().await;
        assert_eq!((beginnings.contexts, beginnings.current.as_deref()), (vec!["dead".to_owned()], Some("dead")));
        assert_eq!(beginnings.kubeconfig, None);
    });
}

#[test]
fn a_draft_comes_back_with_its_preset_under_it_and_without_defaults() {
    alone("a_draft_comes_back_with_its_preset_under_it_and_without_defaults", async |home| {
        let mut world = World::new();
        let mut layers = world.open(Source::Preset("trial".to_owned())).await.layers;
        let before = layers.merged();
        layers.say("target.namespace", "lab").unwrap();
        layers.say("login.method", "github").unwrap();
        layers.say("login.client-secret", "ask:login.client-secret").unwrap();
        world.granter.grant(Wish::KeepDraft(Box::new(layers.clone())));
        assert!(world.beginnings().await.drafts[0].words.contains("lab"));
        let file = home.join(".local/state/hubwright/draft.yaml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(mode(&file) == 0o600 && text.contains("ask:login.client-secret"), "{text}");
        assert!(
            !text.contains("shared-memory") && !text.contains("deadline") && !text.contains("organizations"),
            "what nobody said can still change: {text}"
        );
        let opened = World::new().open(draft("draft.yaml")).await;
        // What was typed went with the program that it was typed into.
        let gone: Vec<_> = opened.wrong.iter().map(|wrong| wrong.key.as_deref()).collect();
        assert_eq!(gone, [Some("login.client-secret")]);
        layers.unsay("login.client-secret");
        assert_eq!(opened.layers.merged(), layers.merged());
        assert_eq!(opened.layers.origin("target.namespace"), Origin::Typed);
        assert_eq!(opened.layers.origin("target.kind"), Origin::Preset("trial".to_owned()));
        let mut back = opened.layers;
        for key in ["target.namespace", "login.method", "login.client-secret"] {
            back.unsay(key);
        }
        assert_eq!(back.merged(), before, "what is taken back uncovers the preset");
        world.granter.grant(Wish::DropDraft);
        assert_eq!(world.beginnings().await.drafts, []);
        assert_eq!(world.wrong(Wish::Open(draft("draft.yaml"))).await, "draft-unreadable");
    });
}

fn draft(name: &str) -> Source {
    Source::Draft(name.to_owned())
}

/// The one draft there was went with the next setup.
#[test]
fn each_unfinished_setup_is_kept_and_the_sixth_takes_the_place_of_the_oldest() {
    alone("each_unfinished_setup_is_kept_and_the_sixth_takes_the_place_of_the_oldest", async |_| {
        let mut world = World::new();
        for name in ["one", "two", "three", "four", "five", "six"] {
            let mut layers = world.open(Source::Fresh(TargetKind::ThisMachine)).await.layers;
            layers.say("target.namespace", name).unwrap();
            (0..2).for_each(|_| world.granter.grant(Wish::KeepDraft(Box::new(layers.clone()))));
            // What was wished before is written; and files are as old as their clock says.
            world.beginnings().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let known = world.beginnings().await.drafts;
        let words: Vec<&str> = known.iter().map(|line| line.words.split(' ').next().unwrap()).collect();
        assert_eq!(words, ["six", "five", "four", "three", "two"]);
        let opened = world.open(draft(&known[3].name)).await.layers.merged();
        assert_eq!(opened.target.namespace.as_deref(), Some("three"));
        world.granter.grant(Wish::DropDraft);
        let left = world.beginnings().await.drafts;
        assert!(left.len() == 4 && left.iter().all(|line| !line.words.contains("three")), "{left:?}");
        assert_eq!(world.wrong(Wish::Open(draft("../answers.yaml"))).await, "draft-unreadable");
    });
}

#[test]
fn an_answer_of_the_preset_that_was_taken_back_stays_taken_back() {
    alone("an_answer_of_the_preset_that_was_taken_back_stays_taken_back", async |home| {
        fs::write(home.join("base.yaml"), "schema: 1\nhub: {announcement: closed}\ntarget: {kind: this-machine}\n")
            .unwrap();
        let mut world = World::new();
        let name = home.join("base.yaml").display().to_string();
        let mut layers = world.open(Source::Preset(name.clone())).await.layers;
        layers.say("hub.announcement", "").unwrap();
        world.granter.grant(Wish::KeepDraft(Box::new(layers)));
        let opened = world.open(draft("draft.yaml")).await.layers;
        assert_eq!(opened.merged().hub.announcement, None);
        fs::remove_file(home.join("base.yaml")).unwrap();
        let opened = world.open(draft("draft.yaml")).await.layers;
        assert_eq!(
            opened.merged().target.kind,
            Some(TargetKind::ThisMachine),
            "a preset that is gone takes nothing along"
        );
    });
}

#[test]
fn flags_lie_over_what_is_opened_and_slips_are_told_beside_what_can_be_read() {
    alone("flags_lie_over_what_is_opened_and_slips_are_told_beside_what_can_be_read", async |home| {
        let set = vec!["target.namespace=lab".to_owned()];
        let args = Setup { answering: Answering { presets: Vec::new(), set }, ..Setup::default() };
        let mut world = World::with(&args);
        let fresh = world.open(Source::Fresh(TargetKind::ThisMachine)).await;
        assert_eq!(fresh.layers.merged().target.namespace.as_deref(), Some("lab"));
        assert_eq!(fresh.layers.origin("target.kind"), Origin::Typed);
        fs::write(home.join("slip.yaml"), "schema: 1\nlogin: {method: github, methd: x}\n").unwrap();
        let opened = world.open(Source::Preset(home.join("slip.yaml").display().to_string())).await;
        assert_eq!((opened.wrong.len(), opened.wrong[0].key.as_deref()), (1, Some("login.methd")));
        assert_eq!(opened.layers.merged().target.namespace.as_deref(), Some("lab"));
        assert_eq!(world.wrong(Wish::Open(Source::Preset("no-such".to_owned()))).await, "preset-unreadable");
        assert_eq!(world.wrong(Wish::Open(Source::Deployment(home.join("gone")))).await, "not-remembered");
    });
}

#[test]
fn a_preset_is_saved_by_name_and_never_over_somebodys_work() {
    alone("a_preset_is_saved_by_name_and_never_over_somebodys_work", async |home| {
        let layers = typed(&[("target.kind", "this-machine"), ("target.namespace", "lab")]);
        let save = |name: &str| Wish::SavePreset {
            name: name.to_owned(),
            title: "My hub".to_owned(),
            layers: Box::new(layers.clone()),
            over: false,
        };
        let mut world = World::new();
        let News::Saved { path, opens, .. } = world.ask(save("mine")).await else { panic!("not saved") };
        assert_eq!(opens.as_deref(), Some("hubwright setup mine"));
        assert_eq!((path.as_path(), mode(&path)), (home.join(".config/hubwright/presets/mine.yaml").as_path(), 0o600));
        assert!(matches!(world.ask(save("mine")).await, News::Saved { .. }), "what was saved just now is saved again");
        fs::write(&path, "schema: 1\ntitle: mine\n").unwrap();
        let there = World::new().ask(save("mine")).await;
        assert!(matches!(there, News::PresetThere { .. }), "what was there before is not written over: {there:?}");
        assert!(fs::read_to_string(&path).unwrap().contains("title: mine"));
        let mut agreed = save("mine");
        if let Wish::SavePreset { over, .. } = &mut agreed {
            *over = true;
        }
        assert!(matches!(World::new().ask(agreed).await, News::Saved { .. }));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("title: My hub") && text.contains("`hubwright install mine`"), "{text}");
        assert_eq!(world.wrong(save("trial")).await, "preset-shipped");
        for name in [" ", "my hub", "a:b", "~"] {
            assert_eq!(world.wrong(save(name)).await, "no-name", "{name}");
        }
        assert!(matches!(world.ask(save("~/elsewhere/hub.yaml")).await, News::Saved { .. }));
        assert!(home.join("elsewhere/hub.yaml").exists());
        let opened = world.open(Source::Preset("~/elsewhere/hub.yaml".to_owned())).await;
        assert_eq!(opened.layers.merged().target.namespace.as_deref(), Some("lab"));
        let opened = world.open(Source::Preset("mine".to_owned())).await;
        assert_eq!(opened.layers.merged().target.namespace.as_deref(), Some("lab"));
    });
}

#[test]
fn copies_and_kept_texts_are_files_for_the_owner_inside_our_folder() {
    alone("copies_and_kept_texts_are_files_for_the_owner_inside_our_folder", async |home| {
        let mut world = World::new();
        let root = home.join(".local/state/hubwright");
        let News::Copied { file: copied, clipboard: true } = world.ask(Wish::Copy("https://hub".to_owned())).await
        else {
            panic!("not copied")
        };
        assert_eq!((copied.as_path(), mode(&copied)), (root.join("copied.txt").as_path(), 0o600));
        let long = world.ask(Wish::Copy("x".repeat(80_000))).await;
        assert!(matches!(&long, News::Copied { clipboard: false, .. }), "no terminal takes so much: {long:?}");
        for name in ["report.txt", "../../escape", "/etc/passwd", ""] {
            let wish = Wish::Keep { name: name.to_owned(), text: "x".to_owned() };
            let News::Saved { path, .. } = world.ask(wish).await else { panic!("not kept") };
            assert_eq!((path.parent(), mode(&path)), (Some(root.as_path()), 0o600), "{name}");
        }
        let said = world.granter.wind_down().await;
        assert!(said.len() == 1 && said[0].contains("copied.txt"), "{said:?}");
    });
}

#[test]
fn this_machine_is_looked_at_without_a_kubeconfig_and_a_dead_cluster_is_told_in_time() {
    alone("this_machine_is_looked_at_without_a_kubeconfig_and_a_dead_cluster_is_told_in_time", async |home| {
        let mut world = World::new();
        assert!(matches!(world.ask(look(typed(&[("target.kind", "this-machine")]))).await, News::Looked(_)));
        let News::NotLooked { problem, asks } = world.ask(look(Layers::new())).await else { panic!("seen") };
        assert_eq!((problem.code.as_str(), asks), ("no-cluster", false));
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        kubeconfig(home, &format!("http://{closed}"));
        let News::NotLooked { problem, asks } = world.ask(look(Layers::new())).await else { panic!("seen") };
        assert_eq!((problem.code.as_str(), asks), ("api-unreachable", false));
        assert!(problem.title.contains("nothing listens"), "{problem:?}");
    });
}

#[test]
fn a_login_that_needs_a_person_is_told_as_such() {
    alone("a_login_that_needs_a_person_is_told_as_such", async |home| {
        let text = "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['-c', 'echo log in first >&2; exit 1'], interactiveMode: IfAvailable}}}]\n";
        fs::write(home.join("kubeconfig"), text).unwrap();
        let mut world = World::new();
        let News::NotLooked { problem, asks } = world.ask(look(Layers::new())).await else { panic!("seen") };
        assert!(asks && problem.detail.as_deref().unwrap().contains("log in first"), "{problem:?}");
        world.granter.look_asking(&Layers::new()).await;
        let News::NotLooked { problem, .. } = world.next().await else { panic!("seen") };
        assert_eq!(problem.code, "not-logged-in");
    });
}

/// A server that takes connections and never says a word.
fn silent_cluster(home: &Path) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    kubeconfig(home, &format!("http://{}", listener.local_addr().unwrap()));
    listener
}

#[test]
fn a_look_that_goes_on_gives_way_to_the_next() {
    alone("a_look_that_goes_on_gives_way_to_the_next", async |home| {
        let _silent = silent_cluster(home);
        let mut world = World::new();
        world.granter.grant(look(Layers::new()));
        assert!(matches!(world.ask(look(typed(&[("target.kind", "this-machine")]))).await, News::Looked(_)));
        // What comes next is of the next wish, not of the look at the cluster.
        world.beginnings().await;
    });
}

#[test]
fn an_installation_that_cannot_begin_says_why_and_one_that_is_stopped_says_so() {
    alone("an_installation_that_cannot_begin_says_why_and_one_that_is_stopped_says_so", async |home| {
        let mut world = World::new();
        world.granter.grant(deploy(typed(&[("target.kind", "this-machine"), ("login.method", "github")])));
        let ended = world.ended().await;
        assert_eq!(ended.outcome, None);
        assert!(ended.problems.iter().any(|problem| problem.at.as_deref() == Some("login.client-id")), "{ended:?}");
        let _silent = silent_cluster(home);
        world.granter.grant(deploy(Layers::new()));
        world.granter.grant(Wish::Watch(home.to_path_buf()));
        let busy = world.ended().await;
        assert_eq!((busy.outcome, busy.problems[0].code.as_str()), (None, "busy"), "one thing at a time");
        world.granter.grant(Wish::Cancel);
        assert_eq!(world.ended().await.outcome, Some(Outcome::Interrupted));
        world.granter.grant(Wish::Resume(home.join("gone"), BTreeMap::new()));
        assert_eq!(world.ended().await.problems[0].code, "not-remembered");
    });
}

#[test]
fn leaving_while_something_goes_on_waits_for_its_end_only() {
    alone("leaving_while_something_goes_on_waits_for_its_end_only", async |home| {
        let _silent = silent_cluster(home);
        let mut world = World::new();
        world.granter.grant(look(Layers::new()));
        world.granter.grant(deploy(Layers::new()));
        world.granter.grant(Wish::KeepDraft(Box::new(typed(&[("target.namespace", "lab")]))));
        let World { granter, told } = world;
        drop(told);
        let said = granter.wind_down().await;
        assert!(said.len() == 1 && said[0].contains("your answers are kept"), "{said:?}");
        assert!(home.join(".local/state/hubwright/draft.yaml").exists(), "the draft is kept on every way out");
    });
}
