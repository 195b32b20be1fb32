//! A kernel in a user's server: started over REST, cells run over its websocket, as a browser does it.
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::{Method, Upgraded, header};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::client::generate_key, protocol::Role},
};

use crate::{
    health::text,
    problem::Problem,
    verify::{causes::hub as causes, script, web::Web},
};

/// Limit of one REST call: the server may just be starting.
const CALL: Duration = Duration::from_secs(30);
/// Longest output of a cell that is kept, in bytes.
const LONGEST: usize = 1 << 20;

/// A kernel.
pub struct Kernel {
    server: Web,
    id: String,
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
    /// Starts the server's default kernel. `server` calls the user's server with the check's token.
    pub async fn start(server: Web) -> Result<Self, Problem> {
        let specs = server.call(Method::GET, "api/kernelspecs", None, CALL).await?;
        let name = match specs.text("/default") {
            "" => "python3",
            name => name,
        };
        let reply = server.call(Method::POST, "api/kernels", Some(&json!({"name": name})), CALL).await?;
        let id = reply.text("/id").to_owned();
        if reply.status != 201 || id.is_empty() {
            return Err(causes::kernel_refused(&reply));
        }
        Ok(Self { server, id })
    }

    /// Runs a cell, and interrupts it after the limit.
    pub async fn run(&self, code: &str, limit: Duration) -> Result<Output, Problem> {
        let mut socket =
            timeout(CALL, self.connect()).await.map_err(|_| causes::websocket("no answer to the upgrade"))??;
        let message = format!("hubwright-{}", self.id);
        let sent = socket.send(Message::text(execute(&message, code).to_string())).await;
        sent.map_err(|error| causes::websocket(&error.to_string()))?;
        let output = listen(&mut socket, &message, Instant::now() + limit).await;
        let _ = socket.close(None).await;
        if output.is_err() {
            let _ = self.server.post(&format!("api/kernels/{}/interrupt", self.id), &json!({})).await;
        }
        output
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
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await)
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
        "stream" if output.text.len() < LONGEST => output.text.push_str(script::said(frame, "/content/text")),
        "error" => {
            let (name, words) = (script::said(frame, "/content/ename"), script::said(frame, "/content/evalue"));
            output.error = Some(text::line(&format!("{name}: {words}")));
        }
        _ => {}
    }
}
