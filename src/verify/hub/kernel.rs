//! A kernel in a user's server: started over REST, cells run over its websocket, as a browser does it.
use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use reqwest::{Method, Upgraded, header};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::client::generate_key,
        protocol::{Role, WebSocketConfig},
    },
};

use crate::{
    health::text,
    problem::Problem,
    verify::{causes::hub as causes, script, web::Web},
};

/// Limit of one REST call: the server may just be starting.
const CALL: Duration = Duration::from_secs(30);
/// Limit of a restart.
const RESTART: Duration = Duration::from_secs(60);
/// Longest output of a cell that is kept, in bytes.
const LONGEST: usize = 1 << 20;
/// Longest message of a kernel that is read, in bytes.
const LONGEST_MESSAGE: usize = 4 << 20;

/// A kernel.
pub struct Kernel {
    server: Web,
    id: String,
    /// Cells that were sent: each has a name of its own, or one would take the late words of the one before for its own.
    cells: AtomicU32,
    /// Whether a cell was begun and has not been seen to end.
    busy: AtomicBool,
}

/// What a cell printed, and how it ended.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// Standard output and error.
    pub text: String,
    /// Name and words of the exception, if it raised one. Cleaned.
    pub error: Option<String>,
}

impl Output {
    /// The facts that the cell printed.
    pub fn facts(&self) -> Vec<Value> {
        script::facts(&self.text)
    }
}

impl Kernel {
    /// Starts a Python kernel. `server` calls the user's server with the check's token.
    pub async fn start(server: Web) -> Result<Self, Problem> {
        let specs = server.call(Method::GET, "api/kernelspecs", None, CALL).await?;
        let body = json!({"name": python(&specs.json)});
        let reply = server.call(Method::POST, "api/kernels", Some(&body), CALL).await?;
        let id = reply.text("/id").to_owned();
        if reply.status != 201 || id.is_empty() {
            return Err(causes::kernel_refused(&reply));
        }
        Ok(Self { server, id, cells: AtomicU32::new(0), busy: AtomicBool::new(false) })
    }

    /// Runs a cell, and interrupts it after the limit. Where the cell before did not end, the kernel is restarted first.
    pub async fn run(&self, code: &str, limit: Duration) -> Result<Output, Problem> {
        if self.busy.swap(true, Ordering::Relaxed) {
            self.restart().await?;
        }
        let output = self.run_now(code, limit).await?;
        self.busy.store(false, Ordering::Relaxed);
        Ok(output)
    }

    async fn run_now(&self, code: &str, limit: Duration) -> Result<Output, Problem> {
        let mut socket =
            timeout(CALL, self.connect()).await.map_err(|_| causes::websocket("no answer to the upgrade"))??;
        let message = format!("hubwright-{}-{}", self.id, self.cells.fetch_add(1, Ordering::Relaxed));
        let sent = socket.send(Message::text(execute(&message, code).to_string())).await;
        sent.map_err(|error| causes::websocket(&error.to_string()))?;
        let output = listen(&mut socket, &message, Instant::now() + limit).await;
        let _ = socket.close(None).await;
        if output.is_err() {
            let _ = self.server.post(&format!("api/kernels/{}/interrupt", self.id), &json!({})).await;
        }
        output
    }

    async fn restart(&self) -> Result<(), Problem> {
        let path = format!("api/kernels/{}/restart", self.id);
        let reply = self.server.call(Method::POST, &path, Some(&json!({})), RESTART).await?;
        if reply.ok() { Ok(()) } else { Err(causes::kernel_refused(&reply)) }
    }

    /// Ends the kernel.
    pub async fn stop(&self) {
        let _ = self.server.delete(&format!("api/kernels/{}", self.id)).await;
    }

    /// Another kernel in the same server.
    pub async fn another(&self) -> Result<Self, Problem> {
        Self::start(self.server.clone()).await
    }

    async fn connect(&self) -> Result<WebSocketStream<Upgraded>, Problem> {
        let request = self
            .server
            .request(Method::GET, &format!("api/kernels/{}/channels", self.id))
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, generate_key());
        let response = request.send().await.map_err(|error| self.server.unreachable(&error))?;
        if response.status().as_u16() != 101 {
            return Err(causes::websocket(&format!("HTTP {} instead of an upgrade", response.status().as_u16())));
        }
        let upgraded = response.upgrade().await.map_err(|error| causes::websocket(&error.to_string()))?;
        let bounded = WebSocketConfig::default().max_message_size(Some(LONGEST_MESSAGE));
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(bounded)).await)
    }
}

/// The server's default kernel if it runs Python, else the first that does: an image may come with R as its default.
fn python(specs: &Value) -> &str {
    let default = script::said(specs, "/default");
    let all = specs.get("kernelspecs").and_then(Value::as_object);
    let runs_python = |name: &str| {
        all.and_then(|all| all.get(name)).is_some_and(|spec| script::said(spec, "/spec/language") == "python")
    };
    let first = || all.into_iter().flat_map(serde_json::Map::keys).find(|name| runs_python(name));
    match first() {
        Some(name) if !runs_python(default) => name,
        _ if default.is_empty() => "python3",
        _ => default,
    }
}

/// Jupyter's message that runs a cell, protocol 5.3 as JSON text frames.
fn execute(message: &str, code: &str) -> Value {
    json!({
        "channel": "shell",
        "header": {"msg_id": message, "msg_type": "execute_request", "username": "", "session": message, "date": "", "version": "5.3"},
        "parent_header": {},
        "metadata": {},
        "content": {
            "code": code, "silent": false, "store_history": false, "user_expressions": {}, "allow_stdin": false, "stop_on_error": true,
        },
        "buffers": [],
    })
}

/// Reads until the cell is replied to and the kernel idle again; both come, in either order.
async fn listen(socket: &mut WebSocketStream<Upgraded>, message: &str, end: Instant) -> Result<Output, Problem> {
    let (mut output, mut replied, mut idle) = (Output::default(), false, false);
    while !(replied && idle) {
        let frame = timeout_at(end, socket.next()).await.map_err(|_| causes::cell_slow(&output.text))?;
        let text = match frame {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                return Err(causes::websocket("closed before the cell ended"));
            }
            Some(Ok(_)) => continue,
        };
        let frame: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let state = script::said(&frame, "/content/execution_state");
        if matches!(state, "dead" | "restarting" | "autorestarting") {
            return Err(causes::kernel_died(&output.text));
        }
        if script::said(&frame, "/parent_header/msg_id") == message {
            replied |= script::said(&frame, "/msg_type") == "execute_reply";
            idle |= state == "idle";
            take(&frame, &mut output);
        }
    }
    Ok(output)
}

fn take(frame: &Value, output: &mut Output) {
    match script::said(frame, "/msg_type") {
        "stream" => push(&mut output.text, script::said(frame, "/content/text")),
        "error" => {
            let (name, words) = (script::said(frame, "/content/ename"), script::said(frame, "/content/evalue"));
            output.error = Some(text::line(&format!("{name}: {words}")));
        }
        _ => {}
    }
}

/// Keeps what there is room for.
fn push(text: &mut String, more: &str) {
    let room = LONGEST.saturating_sub(text.len());
    text.push_str(more.get(..more.floor_char_boundary(room)).unwrap_or_default());
}
