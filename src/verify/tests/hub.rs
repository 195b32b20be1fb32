//! A hub as the check sees it, with one user at most. Answers are those of JupyterHub 5.5 and jupyter-server 2.21.
use std::sync::Mutex;

use serde_json::{Value, json};

use super::server::{Reply, Request, Site};
use crate::run::tests::time::lock;

pub struct Hub {
    /// Path that everything is under.
    pub base: &'static str,
    /// HTTP status of the login page.
    pub login: u16,
    /// What the hub tells of a start.
    pub progress: Vec<Value>,
    /// What a cell prints; `None`: it never ends.
    pub cells: fn(&str) -> Option<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    user: bool,
    server: bool,
    calls: Vec<String>,
    /// Names of cells that came.
    cells: Vec<String>,
}

impl Hub {
    pub fn new(base: &'static str, cells: fn(&str) -> Option<String>) -> Self {
        let progress = vec![
            json!({"progress": 50, "message": "2026-01-01T12:00:00Z [Normal] Pulling \u{1b}[31mimage"}),
            json!({"progress": 100, "ready": true, "url": format!("{base}/user/hubwright-probe/")}),
        ];
        Self { base, login: 200, progress, cells, state: Mutex::default() }
    }

    /// What a check that was killed left.
    pub fn leave_a_server(&self) {
        let mut state = lock(&self.state);
        (state.user, state.server) = (true, true);
    }

    pub fn has_user(&self) -> bool {
        lock(&self.state).user
    }

    /// Calls that changed something, in order.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.state).calls.clone()
    }

    fn user(&self, method: &str, rest: &str) -> Reply {
        let mut state = lock(&self.state);
        match (method, rest) {
            ("GET", "") if state.user => {
                let servers = if state.server { json!({"": {"ready": true}}) } else { json!({}) };
                Reply::Json(200, json!({"name": "hubwright-probe", "servers": servers, "pending": null}))
            }
            ("POST", "") => {
                state.user = true;
                Reply::Json(201, json!({}))
            }
            ("DELETE", "") => {
                state.user = false;
                Reply::Json(204, Value::Null)
            }
            ("POST", "/server") => {
                state.server = true;
                Reply::Json(202, Value::Null)
            }
            ("GET", "/server/progress") => Reply::Events(self.progress.clone()),
            ("DELETE", "/server") => {
                state.server = false;
                Reply::Json(204, Value::Null)
            }
            _ => Reply::Json(404, json!({"status": 404, "message": "Not Found"})),
        }
    }
}

impl Site for Hub {
    fn answer(&self, request: &Request) -> Reply {
        if matches!(request.method.as_str(), "POST" | "DELETE") {
            lock(&self.state).calls.push(format!("{} {}", request.method, request.path));
        }
        let Some(path) = request.path.strip_prefix(self.base) else { return Reply::Json(404, Value::Null) };
        if let Some(rest) = path.strip_prefix("/hub/api/users/hubwright-probe") {
            return self.user(&request.method, rest);
        }
        match path {
            "/hub/api/" => Reply::Json(200, json!({"version": "5.5.1"})),
            "/hub/login" => Reply::Json(self.login, Value::Null),
            "/hub/api/user" => {
                let scope = |name: &str| format!("{name}!user=hubwright-probe");
                let scopes = ["admin:users", "servers", "access:servers"].map(scope);
                Reply::Json(200, json!({"kind": "service", "name": "hubwright-check", "scopes": scopes}))
            }
            "/user/hubwright-probe/api" => Reply::Json(200, json!({"version": "2.21.1"})),
            "/user/hubwright-probe/api/kernelspecs" => {
                let spec = |language: &str| json!({"spec": {"language": language}});
                Reply::Json(200, json!({"default": "ir", "kernelspecs": {"ir": spec("R"), "python3": spec("python")}}))
            }
            "/user/hubwright-probe/api/kernels" if request.body["name"] == "python3" => {
                Reply::Json(201, json!({"id": "k1"}))
            }
            "/user/hubwright-probe/api/kernels/k1/channels" => Reply::Socket,
            path if path.starts_with("/user/hubwright-probe/api/kernels/k1") => Reply::Json(200, json!({})),
            _ => Reply::Json(404, Value::Null),
        }
    }

    /// A cell's answers, after the late ones of the cell before.
    fn said(&self, message: &Value) -> Vec<Value> {
        let name = message["header"]["msg_id"].as_str().unwrap().to_owned();
        let mut state = lock(&self.state);
        let late = state.cells.last().map(|last| ended(last, "late words", "KeyboardInterrupt"));
        state.cells.push(name.clone());
        let printed = (self.cells)(message["content"]["code"].as_str().unwrap());
        late.into_iter().chain(printed.map(|text| ended(&name, &text, ""))).flatten().collect()
    }
}

fn ended(cell: &str, text: &str, error: &str) -> Vec<Value> {
    let frame =
        |kind: &str, content: Value| json!({"msg_type": kind, "parent_header": {"msg_id": cell}, "content": content});
    let mut frames = vec![frame("stream", json!({"name": "stdout", "text": text}))];
    if !error.is_empty() {
        frames.push(frame("error", json!({"ename": error, "evalue": ""})));
    }
    frames.push(frame("execute_reply", json!({"status": "ok"})));
    frames.push(frame("status", json!({"execution_state": "idle"})));
    frames
}
