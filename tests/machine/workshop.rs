//! A folder in which this program, started again, makes an environment. Must not know what is expected of it.
use std::{
    io::{Read, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitCode, Stdio},
    sync::Mutex,
};

use hubwright::{
    drivers::machine::{environment, layout::Layout},
    plan::graph::{Environment, NodePackage},
    problem::Problem,
};
use serde_json::{Value, json};

/// Has this program make an environment, as a test asks for it.
pub const CHILD: &str = "HUBWRIGHT_PACKAGES_CHILD";

/// Two packages and their hashes.
pub const LOCK: &str = "idna==3.11 --hash=sha256:771a87f49d9defaf64091e6e6fe9c18d4833f140bd19464795bc32d966ca37ea\nsix==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n";

/// What came of it.
pub struct Outcome {
    /// The problem, if it failed.
    pub problem: Option<Problem>,
    /// What was said on the way.
    pub said: Vec<String>,
}

/// A deployment's folder, and what the environment is to be made of.
pub struct Workshop {
    pub home: tempfile::TempDir,
    pub environment: Environment,
    pub variables: Vec<(String, String)>,
}

impl Workshop {
    /// An environment of a lock.
    pub fn new(lock: &str) -> Self {
        let environment = Environment { name: "one".into(), requirements: lock.into(), ..Environment::default() };
        Self { home: tempfile::tempdir().unwrap(), environment, variables: Vec::new() }
    }

    /// With a variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub fn layout(&self) -> Layout {
        Layout::at(self.home.path().join("trial"))
    }

    /// A file of the environment.
    pub fn path(&self, below: &str) -> PathBuf {
        self.layout().env("one").join(below)
    }

    /// Starts to make it.
    pub fn start(&self) -> Child {
        let Environment { name, requirements, packages, node, proxy, python, wheels } = &self.environment;
        let proxy = proxy.as_ref().map(|proxy| [&proxy.manifest, &proxy.lock]);
        let order = json!({ "folder": self.layout().folder(), "name": name, "requirements": requirements, "packages": packages,
            "node": node, "proxy": proxy, "python": python, "wheels": wheels });
        let kept = std::env::vars().filter(|(name, _)| !["PIP_FIND_LINKS", "PIP_CONFIG_FILE"].contains(&name.as_str()));
        Command::new(std::env::current_exe().unwrap())
            .env_clear()
            .envs(kept)
            .env("HOME", self.home.path())
            .envs(self.variables.iter().cloned())
            .env(CHILD, order.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Makes it.
    pub fn make(&self) -> Outcome {
        let output = self.start().wait_with_output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let said = value["said"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        Outcome { problem: serde_json::from_value(value["problem"].clone()).unwrap(), said }
    }

    /// Makes it, which must fail; nothing may call it whole, and nothing that was shown or kept may hold the password.
    pub fn fail(&self) -> Problem {
        let Outcome { problem, said } = self.make();
        let problem = problem.unwrap_or_else(|| panic!("it worked: {said:?}"));
        assert!(!environment::is_prepared(&self.layout(), &self.environment));
        let log = std::fs::read_to_string(self.layout().logs().join("environment.log")).unwrap();
        assert!(!format!("{problem:?}{said:?}{log}").contains("hunter2"), "{problem:?} {said:?} {log}");
        problem
    }

    /// What the environment's Python says.
    pub fn python(&self, script: &str) -> String {
        let output = Command::new(self.path("bin/python")).args(["-c", script]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned() + &String::from_utf8_lossy(&output.stderr)
    }
}

/// The other side: makes an environment and prints what came of it.
pub fn child(order: &str) -> ExitCode {
    let order: Value = serde_json::from_str(order).unwrap();
    let text = |name: &str| order[name].as_str().map(str::to_owned);
    let words = |name: &str| order[name].as_array().into_iter().flatten().map(|one| one.as_str().unwrap().to_owned());
    let proxy: Vec<String> = words("proxy").collect();
    let environment = Environment {
        name: text("name").unwrap(),
        requirements: text("requirements").unwrap(),
        packages: words("packages").collect(),
        node: text("node").unwrap(),
        proxy: (!proxy.is_empty()).then(|| NodePackage { manifest: proxy[0].clone(), lock: proxy[1].clone() }),
        python: text("python"),
        wheels: text("wheels"),
    };
    let layout = Layout::at(text("folder").unwrap().into());
    let said = Mutex::new(Vec::new());
    let tell = |progress: hubwright::run::event::Progress| said.lock().unwrap().push(progress.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let problem = runtime.block_on(environment::prepare(&layout, &environment, &tell)).err();
    println!("{}", json!({ "problem": problem, "said": *said.lock().unwrap() }));
    ExitCode::SUCCESS
}

/// A server that gives everybody the same answer, such as `404 Not Found`.
pub fn server(status: &'static str, body: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request);
                let length = body.len();
                let reply = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                let _ = stream.write_all(reply.as_bytes());
            });
        }
    });
    port
}
