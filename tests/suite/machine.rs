//! The plan for this machine: steps, processes, ports, Secrets, and the files to do the same by hand.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use hubwright::{
    answers::{
        facts::Facts,
        layers::{Layers, Origin},
        preset, resolve, shipped,
        spec::Spec,
    },
    plan::{
        self,
        components::machine::ports::MOST_RAYLETS,
        graph::{Action, Expect, Plan, Probe, Process, SecretSource},
        render::{self, Body},
        show,
    },
};

const POOLS: &str = r#"[{"name":"small","cpu":"500m","memory":"1Gi","min":2,"max":5},{"name":"gpu","cpu":"2","memory":"2Gi","min":1,"max":1,"gpus":1}]"#;

fn spec(sets: &[(&str, &str)]) -> Spec {
    let mut layers = Layers::new();
    layers.push(
        Origin::Preset("trial".to_owned()),
        preset::parse(shipped::find("trial").unwrap().text, "trial").unwrap().answers,
    );
    for (key, value) in sets {
        layers.set(Origin::Set, key, value).unwrap();
    }
    resolve::resolve(&layers.merged(), &Facts::default()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn plan_of(sets: &[(&str, &str)]) -> Plan {
    plan::build(&spec(sets), &Facts::default())
}

fn processes(plan: &Plan) -> BTreeMap<&str, &Process> {
    let services = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Service(service) => Some(&service.processes),
        _ => None,
    });
    services.flatten().map(|process| (process.name.as_str(), process)).collect()
}

fn file(plan: &Plan, path: &str) -> String {
    let texts = render::files(plan).into_iter().filter(|file| file.path == path).map(|file| file.body);
    let mut texts = texts.filter_map(|body| if let Body::Text(text) = body { Some(text) } else { None });
    texts.next_back().unwrap_or_else(|| panic!("no {path}"))
}

fn environment(plan: &Plan) -> &str {
    let named = plan.steps.iter().find_map(|step| match &step.action {
        Action::Environment(environment) => Some(environment.name.as_str()),
        _ => None,
    });
    named.unwrap()
}

#[test]
fn the_trial_is_shown_as_it_will_be_done() {
    let plan = plan_of(&[("ray.pools", POOLS)]);
    plan.check().unwrap();
    let shown = show::steps(&plan);
    let packages = shown.split(" Python packages").next().unwrap().rsplit(' ').next().unwrap();
    assert!(packages.parse::<u32>().unwrap() > 100, "{shown}");
    assert_eq!(
        shown.replace(packages, "MANY"),
        "deployment hub on this machine\n\
         \n1.\n  environment        Programs: MANY Python packages, and the hub's proxy, in a folder of their own\n\
         \n2.\n  secrets            Secrets hubwright-generated   after environment\n\
         \n3.   at the same time\n  \
           ray                Ray: processes ray-head, ray-small-1, ray-small-2, ray-gpu-1   after secrets\n  \
           dask-gateway       Dask Gateway: process dask-gateway   after secrets\n  \
           jupyterhub         JupyterHub: processes proxy, hub   after secrets\n\
         \n4.\n  verify             Verification: from outside, and from a real notebook   after everything else\n"
    );
}

#[test]
fn every_process_is_waited_for_at_a_port_of_its_own() {
    let first = 18_600;
    let plan = plan_of(&[("ray.pools", POOLS), ("machine.first-port", "18600")]);
    let processes = processes(&plan);
    let mut taken = BTreeSet::new();
    for process in processes.values() {
        let asked = match &process.probe {
            Probe::Tcp { port } | Probe::Http { port, .. } => *port,
        };
        assert!(process.ports.iter().any(|port| port.at == asked), "{} is asked at a port of another", process.name);
        for port in &process.ports {
            assert!(taken.insert(port.at), "{} is taken twice", port.at);
            let public = port.service == "proxy-public";
            assert!(public == (port.at == 8000) && (public || (first..first + 200).contains(&port.at)), "{port:?}");
        }
        // Whatever a command listens on is known, so that it can be looked at first whether it is free.
        for (word, number) in process.command.iter().filter_map(|word| Some((word, word.rsplit(['=', ':']).next()?))) {
            if let Ok(number) = number.parse::<u16>()
                && (first..first + 200).contains(&number)
            {
                let elsewhere = word.starts_with("--address")
                    || word.starts_with("--error-target")
                    || word.starts_with("--default-target");
                assert!(elsewhere || process.ports.iter().any(|port| port.at == number), "{word}");
            }
        }
    }
    let expected: BTreeSet<&str> = plan
        .steps
        .iter()
        .flat_map(|step| &step.ready)
        .map(|ready| if let Expect::Process(name) = ready { name.as_str() } else { panic!("{ready:?}") })
        .collect();
    assert_eq!(expected, processes.keys().copied().collect());
}

#[test]
fn the_verification_finds_its_services_here() {
    let plan = plan_of(&[("ray.pools", POOLS), ("machine.first-port", "18600")]);
    let served: BTreeMap<(String, u16), u16> = processes(&plan)
        .values()
        .flat_map(|process| process.ports.clone())
        .filter(|port| !port.service.is_empty())
        .map(|port| ((port.service, port.port), port.at))
        .collect();
    let dask = plan.checks.dask.clone().unwrap();
    let wanted = [
        ("proxy-public", 80, 8000),
        ("hub", 8081, 18600),
        ("ray-head-svc", 10001, 18604),
        ("ray-head-svc", 8265, 18605),
        (&dask.service, 80, 18602),
    ];
    let wanted: BTreeMap<(String, u16), u16> =
        wanted.into_iter().map(|(service, port, at)| ((service.to_owned(), port), at)).collect();
    assert_eq!(served, wanted);
    assert_eq!(dask.address, "http://127.0.0.1:18602/services/dask-gateway");
    let ray = plan.checks.ray.unwrap();
    assert_eq!(
        (ray.address.as_str(), ray.cluster.as_str(), ray.nodes, ray.gpu),
        ("ray://127.0.0.1:18604", "ray", 4, true)
    );
    let hub = plan.checks.hub.unwrap();
    assert_eq!((hub.url.as_deref(), hub.profile), (Some("http://127.0.0.1:8000"), None));
    assert!(!plan_of(&[]).checks.ray.unwrap().gpu, "a GPU is proven where one is asked for");
}

#[test]
fn secrets_reach_processes_as_variables_only_and_none_is_made_in_vain() {
    let oauth = [
        ("login.method", "github"),
        ("login.client-id", "client"),
        ("login.client-secret", "env:CLIENT_SECRET"),
        ("login.allow", "all"),
        ("login.password", ""),
    ];
    for sets in [&[][..], &oauth, &[("components.jupyterhub", "false")]] {
        let plan = plan_of(sets);
        let (secrets, readers) = plan
            .steps
            .iter()
            .find_map(|step| match &step.action {
                Action::Secrets { secrets, readers } => Some((secrets, readers)),
                _ => None,
            })
            .unwrap();
        let kept: BTreeSet<(String, String)> = secrets
            .iter()
            .flat_map(|secret| secret.data.keys().map(|key| (secret.name.clone(), key.clone())))
            .collect();
        let processes = processes(&plan);
        let read: BTreeSet<(String, String)> =
            processes.values().flat_map(|process| process.secrets.values().cloned()).collect();
        assert_eq!(kept, read, "{sets:?}");
        let names: BTreeSet<&str> = readers.iter().map(String::as_str).collect();
        let reading = processes.values().filter(|process| !process.secrets.is_empty());
        assert_eq!(names, reading.map(|process| process.name.as_str()).collect(), "{sets:?}");
        // What is rendered names where they are, and has no file for them.
        assert!(
            render::files(&plan)
                .iter()
                .all(|file| matches!(file.body, Body::Text(_)) && !file.path.contains("secrets/"))
        );
        let given = secrets
            .iter()
            .flat_map(|secret| secret.data.values())
            .any(|source| matches!(source, SecretSource::Reference(_)));
        assert_eq!(given, file(&plan, "README.md").contains("\"${CLIENT_SECRET:?}\""), "{sets:?}");
    }
}

#[test]
fn only_what_is_asked_for_leaves_loopback() {
    let text = |plan: &Plan| {
        processes(plan).values().flat_map(|process| process.command.clone()).collect::<Vec<_>>().join("\n")
    };
    let inside = plan_of(&[("ray.pools", POOLS)]);
    assert!(!text(&inside).contains("0.0.0.0"));
    let nodes = processes(&inside).keys().filter(|name| name.starts_with("ray-")).count();
    assert_eq!(text(&inside).matches("--node-ip-address=127.0.0.1").count(), nodes);
    let sets = [
        ("machine.address", "0.0.0.0"),
        ("access.host", "hub.example.org"),
        ("machine.port", "8443"),
        ("machine.certificate", "/etc/hub/tls.crt"),
        ("machine.key", "/etc/hub/tls.key"),
    ];
    let outside = plan_of(&sets);
    let proxy = processes(&outside)["proxy"];
    for word in [
        "--ip=0.0.0.0",
        "--port=8443",
        "--api-ip=127.0.0.1",
        "--ssl-cert=/etc/hub/tls.crt",
        "--ssl-key=/etc/hub/tls.key",
    ] {
        assert!(proxy.command.iter().any(|said| said == word), "{:?}", proxy.command);
    }
    assert_eq!(proxy.probe, Probe::Http { port: 8443, path: "/_chp_healthz".to_owned(), tls: true });
    assert_eq!(text(&outside).matches("0.0.0.0").count(), 1);
    assert_eq!(outside.checks.hub.clone().unwrap().url.as_deref(), Some("https://hub.example.org:8443"));
    assert!(file(&outside, "config/hub.json").contains("\"bind_url\": \"https://0.0.0.0:8443\""));
}

#[test]
fn plans_are_the_same_for_the_same_answers_and_only_what_changed_starts_again() {
    let (one, two) = (plan_of(&[]), plan_of(&[]));
    assert_eq!((&one, one.digest()), (&two, two.digest()));
    let said = plan_of(&[("hub.announcement", "closed on Sunday")]);
    assert_ne!(one.digest(), said.digest());
    let (before, after) = (processes(&one), processes(&said));
    let changed: Vec<&str> = before.keys().copied().filter(|name| before[name] != after[name]).collect();
    assert_eq!(changed, ["hub"]);
    assert_ne!(before["hub"].revision, after["hub"].revision);
    let moved = plan_of(&[("machine.first-port", "18600")]);
    assert!(processes(&moved).iter().all(|(name, process)| *process != before[name]));
    assert_eq!(environment(&one), environment(&moved));
    for different in [("notebook.packages", "pandas==3.0.0"), ("machine.python", "/opt/python/bin/python3")] {
        assert_ne!(environment(&one), environment(&plan_of(&[different])), "{different:?}");
    }
    assert_eq!(environment(&one), environment(&plan_of(&[("machine.wheels", "/srv/wheels")])), "the same programs");
}

#[test]
fn sizes_and_limits_reach_ray_and_dask() {
    let plan = plan_of(&[("ray.pools", POOLS), ("dask.cluster-cpu", "6"), ("dask.worker-cpu", "500m")]);
    let processes = processes(&plan);
    let has =
        |name: &str, word: &str| assert!(processes[name].command.iter().any(|said| said == word), "{name}: {word}");
    has("ray-small-2", "--num-cpus=1");
    has("ray-gpu-1", "--num-cpus=2");
    has("ray-gpu-1", "--num-gpus=1");
    let number = |name: &str, option: &str| {
        processes[name].command.iter().find_map(|word| word.strip_prefix(option)).unwrap().parse::<u64>().unwrap()
    };
    let (tasks, objects) = (number("ray-head", "--memory="), number("ray-head", "--object-store-memory="));
    assert_eq!(tasks + objects, 1024 * 1024 * 1024);
    assert!(objects > 75 * 1024 * 1024, "Ray refuses less");
    let dask: serde_json::Value = serde_json::from_str(&file(&plan, "config/dask.json")).unwrap();
    assert_eq!(
        dask["config"]["ClusterConfig"],
        serde_json::json!({
            "cluster_max_cores": 6, "cluster_max_workers": 2, "scheduler_cores": 1, "scheduler_memory": 268_435_456,
            "worker_cores": 1, "worker_memory": 536_870_912,
        })
    );
    assert_eq!((&dask["clusters_per_user"], &dask["hub"]), (&2.into(), &"http://127.0.0.1:24100/hub/api".into()));
}

#[test]
fn ports_suffice_for_as_many_ray_nodes_as_are_promised() {
    let pool = format!(r#"[{{"name":"many","cpu":"1","memory":"1Gi","min":{0},"max":{0}}}]"#, MOST_RAYLETS - 1);
    let plan = plan_of(&[("ray.pools", &pool), ("machine.first-port", "18600")]);
    let ports: Vec<u16> = processes(&plan).values().flat_map(|process| &process.ports).map(|port| port.at).collect();
    assert!(ports.iter().all(|port| *port == 8000 || (18_600..18_800).contains(port)));
    assert_eq!(ports.len(), ports.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn what_is_left_out_is_left_out_everywhere() {
    let plan = plan_of(&[("components.jupyterhub", "false"), ("components.ray", "false")]);
    assert_eq!(processes(&plan).keys().copied().collect::<Vec<_>>(), ["dask-gateway"]);
    let paths: Vec<String> = render::files(&plan).into_iter().map(|file| file.path).collect();
    let wanted = [
        "README.md",
        "run/ready.sh",
        "requirements.lock",
        "config/dask_gateway_config.py",
        "config/dask.json",
        "run/dask-gateway.sh",
    ];
    assert_eq!(paths, wanted);
    let dask = processes(&plan)["dask-gateway"].clone();
    assert!(dask.secrets.contains_key("DASK_PASSWORD") && !dask.secrets.contains_key("HUBWRIGHT_DASK_TOKEN"));
    assert!(plan.checks.dask.unwrap().password.is_some());
}

fn write(folder: &Path, plan: &Plan) {
    for file in render::files(plan) {
        let Body::Text(text) = file.body else { panic!("{}", file.path) };
        let path = folder.join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn shell(folder: &Path, arguments: &[&str], script: &str) -> std::process::Output {
    let mut command = Command::new("sh");
    let child =
        command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), script.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The commands of a README: what stands between the fences.
fn commands(readme: &str) -> String {
    let blocks = readme.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_shell_reads_everything_that_is_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan_of(&[
        ("ray.pools", POOLS),
        ("machine.python", "/opt/python/bin/python3"),
        ("notebook.packages", "pandas>=2"),
    ]);
    write(folder.path(), &plan);
    let readme = file(&plan, "README.md");
    let mut scripts: Vec<(String, String)> = render::files(&plan)
        .into_iter()
        .filter(|file| file.path.starts_with("run/"))
        .map(|file| (file.path.clone(), super::machine::file(&plan, &file.path)))
        .collect();
    assert_eq!(scripts.len(), processes(&plan).len() + 1);
    scripts.push(("README.md".to_owned(), commands(&readme)));
    for (name, script) in scripts {
        let output = shell(folder.path(), &["-n"], &script);
        assert!(output.status.success(), "{name}: {}\n{script}", String::from_utf8_lossy(&output.stderr));
    }
    for name in processes(&plan).keys() {
        let begin = readme.contains(&format!("nohup sh run/{name}.sh "));
        assert!(begin && readme.matches(&format!("run/{name}.pid")).count() == 2, "{name} begins and ends");
    }
    assert!(readme.contains("/opt/python/bin/python3 -m venv env/") && readme.contains("'pandas>=2'"), "{readme}");
}

#[test]
fn dasks_clusters_wrote_their_settings_into_the_persons_own_home() {
    let plan = plan_of(&[("ray.pools", POOLS)]);
    assert!(processes(&plan).len() > 4);
    for (name, process) in processes(&plan) {
        assert_eq!(process.environment.get("HOME").map(String::as_str), Some("{folder}/run/home"), "{name}");
    }
}

#[test]
fn a_proxy_that_is_not_on_loopback_was_looked_for_on_loopback() {
    let at = |address: &str| {
        let open = [
            ("machine.address", address),
            ("access.host", "hub.example.org"),
            ("machine.certificate", "/etc/hub/tls.crt"),
            ("machine.key", "/etc/hub/tls.key"),
        ];
        let loopback = address.parse::<std::net::IpAddr>().unwrap().is_loopback();
        let plan = plan_of(if loopback { &open[..1] } else { &open });
        let address = processes(&plan)["proxy"].ports[0].address;
        address.map(|address| address.to_string())
    };
    for (address, expected) in [
        ("127.0.0.1", None),
        ("0.0.0.0", None),
        ("::", Some("::1")),
        ("::1", Some("::1")),
        ("192.0.2.7", Some("192.0.2.7")),
    ] {
        assert_eq!(at(address).as_deref(), expected, "{address}");
    }
}

/// With programs that only say how they were called.
#[test]
fn a_rendered_script_gives_a_process_what_the_plan_says() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("it's $HOME");
    fs::create_dir(&folder).unwrap();
    let plan = plan_of(&[]);
    write(&folder, &plan);
    let bin = folder.join("env").join(environment(&plan)).join("bin");
    fs::create_dir_all(&bin).unwrap();
    for program in ["node", "python"] {
        fs::write(bin.join(program), "#!/bin/sh\nprintf '%s\\n' \"$@\"\nenv\npwd\n").unwrap();
        fs::set_permissions(bin.join(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let secrets = commands(&file(&plan, "README.md"));
    let secrets: String =
        secrets.lines().filter(|line| line.contains("secrets/")).map(|line| format!("{line}\n")).collect();
    assert!(
        shell(&folder, &[], &secrets).status.success() && shell(&folder, &[], &secrets).status.success(),
        "{secrets}"
    );
    let place = folder.join("secrets/hubwright-generated/proxy-token");
    let token = fs::read_to_string(&place).unwrap();
    assert!(token.len() == 64 && token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    let output = shell(&folder, &["run/proxy.sh"], "");
    let said = String::from_utf8(output.stdout).unwrap();
    let root = folder.to_str().unwrap();
    for line in [
        "--port=8000".to_owned(),
        format!("CONFIGPROXY_AUTH_TOKEN={token}"),
        format!("HUBWRIGHT_DEPLOYMENT={root}"),
        root.to_owned(),
    ] {
        assert!(
            said.lines().any(|said| said == line),
            "no {line} in\n{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert!(said.contains(&format!("\nPATH={}:", bin.display())), "{said}");
    let ray = String::from_utf8(shell(&folder, &["run/ray-head.sh"], "").stdout).unwrap();
    let runtime = ray.lines().find_map(|line| line.strip_prefix("--temp-dir=")).unwrap();
    assert!(runtime.len() <= 37 && Path::new(runtime).is_dir(), "{runtime}");
    let shelter = Path::new(runtime).parent().unwrap();
    assert_eq!(fs::metadata(shelter).unwrap().permissions().mode() & 0o777, 0o700, "Ray opens its own to everybody");
    fs::remove_dir_all(shelter).unwrap();
}
