//! The HTTP client of the checks: one door, JSON, no redirects, short limits, bounded answers.
//! Must not know any service.
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response, header, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    causes::network,
    door::Door,
    sniff::{self, Reach},
};
use crate::{health::text, problem::Problem};

/// Usual limit of one call.
pub const CALL: Duration = Duration::from_secs(5);
/// Longest answer that is read, in bytes.
const LONGEST: usize = 4 << 20;
/// Bytes of an answer that its words are taken from, and characters of them that are shown.
const BEGINNING: usize = 4 << 10;
const SHOWN: usize = 300;

/// A client of one door.
#[derive(Clone)]
pub struct Web {
    client: Client,
    /// The door, without a path.
    root: String,
    base: String,
    via: String,
    authorization: Option<header::HeaderValue>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Location` header.
    pub location: Option<String>,
    /// The body as JSON; `Null` if it is none.
    pub json: Value,
    /// The first words of the body, cleaned.
    pub words: String,
}

impl Reply {
    /// Whether the status is one of 200–299.
    pub const fn ok(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// A text in the JSON body; empty if it is not there. Not cleaned.
    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// `404 Not Found: words`, for evidence and details.
    pub fn summary(&self) -> String {
        format!("HTTP {} {}", self.status, self.words)
    }
}

impl Web {
    /// A client that calls through a door.
    pub fn new(door: &Door) -> Result<Self, Problem> {
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(sniff::LIMIT)
            .resolve_to_addrs(&door.host, &door.addresses)
            // Without TLS there is nothing to trust: a machine that has no authorities at all can do without them then.
            .danger_accept_invalid_certs(door.forwarded || !door.tls)
            .build()
            .map_err(|error| no_client(&error))?;
        Ok(Self { client, root: door.url(), base: door.url(), via: door.via.clone(), authorization: None })
    }

    /// The same client with an `Authorization: SCHEME SECRET` header.
    #[must_use]
    pub fn authorized(self, scheme: &str, secret: &SecretString) -> Self {
        let value = header::HeaderValue::from_str(&format!("{scheme} {}", secret.expose_secret().trim()));
        let authorization = value.ok().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Self { authorization, ..self }
    }

    /// The same client under a path: `/services/dask-gateway`.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        Self { base: format!("{}{prefix}", self.base), ..self }
    }

    /// The same client under a whole path, such as a user server's: `/jupyter/user/ada/`. Anything but a path, which could
    /// lead to another host and take the secret there, is the root.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        let path = if path.starts_with('/') { path } else { "/" };
        Self { base: format!("{}{path}", self.root), ..self }
    }

    /// Where it calls: URL and way.
    pub fn place(&self) -> String {
        format!("{} ({})", self.base, self.via)
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Result<Reply, Problem> {
        self.call(Method::GET, path, None, CALL).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, Problem> {
        self.call(Method::POST, path, Some(body), CALL).await
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Result<Reply, Problem> {
        self.call(Method::DELETE, path, None, CALL).await
    }

    /// Any call with a limit of its own.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        limit: Duration,
    ) -> Result<Reply, Problem> {
        let mut request = self.request(method, path).timeout(limit);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        self.read(response).await
    }

    /// `GET path` whose body is read piece by piece, without a limit for the whole.
    pub async fn stream(&self, path: &str, accept: &str) -> Result<Response, Problem> {
        let request = self.request(Method::GET, path).header(header::ACCEPT, accept);
        request.send().await.map_err(|error| self.unreachable(&error))
    }

    /// A request to be finished elsewhere: a websocket's upgrade.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.authorization {
            Some(authorization) => request.header(header::AUTHORIZATION, authorization.clone()),
            None => request,
        }
    }

    async fn read(&self, mut response: Response) -> Result<Reply, Problem> {
        let location =
            response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        while let Some(piece) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST {
                break;
            }
        }
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let beginning = body.get(..BEGINNING).unwrap_or(&body);
        let words = text::brief(&String::from_utf8_lossy(beginning), SHOWN);
        Ok(Reply { status, location, json, words })
    }

    /// The cause of a call that got no answer.
    pub fn unreachable(&self, error: &reqwest::Error) -> Problem {
        network::problem(reach(error), &self.place())
    }
}

fn no_client(error: &reqwest::Error) -> Problem {
    Problem::new("http-client", "cannot make an HTTP client")
        .detail(text::line(&error.to_string()))
        .hint("this machine may have no certificate authorities: install the package `ca-certificates`")
}

fn reach(error: &reqwest::Error) -> Reach {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            return reach_of(error);
        }
        source = cause.source();
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, true) => Reach::Dropped,
        (true, false) => Reach::Silent,
        (false, true) => Reach::Unreachable,
        (false, false) => Reach::Closed,
    }
}

/// What went wrong with TLS is wrapped in input/output errors, one in the other, that hide it from `source`.
fn reach_of(error: &std::io::Error) -> Reach {
    let inner = error.get_ref();
    if let Some(inner) = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()) {
        return reach_of(inner);
    }
    match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)) => Reach::Untrusted,
        Some(_) => Reach::Strange,
        None => Reach::of(error),
    }
}
