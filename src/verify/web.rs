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

/// A client of one door.
#[derive(Clone)]
pub struct Web {
    client: Client,
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
            .danger_accept_invalid_certs(door.forwarded)
            .build()
            .map_err(|error| Problem::new("http-client", "cannot make an HTTP client").detail(error.to_string()))?;
        Ok(Self { client, base: door.url(), via: door.via.clone(), authorization: None })
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
        let words = text::line(&String::from_utf8_lossy(&body)).chars().take(300).collect();
        Ok(Reply { status, location, json, words })
    }

    /// The cause of a call that got no answer.
    pub fn unreachable(&self, error: &reqwest::Error) -> Problem {
        network::problem(reach(error), &self.place())
    }
}

fn reach(error: &reqwest::Error) -> Reach {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            if let Some(rustls::Error::InvalidCertificate(_)) = error.get_ref().and_then(|e| e.downcast_ref()) {
                return Reach::Untrusted;
            }
            return Reach::of(error);
        }
        if cause.downcast_ref::<rustls::Error>().is_some() {
            return Reach::Untrusted;
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
