//! Asks a process on loopback whether it is ready. Must not know what the answer leads to.
use std::time::Duration;

use reqwest::{Client, StatusCode, redirect::Policy};
use tokio::net::TcpStream;

use crate::plan::graph::Probe;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// A client for loopback: no proxy, no redirects, and no look at a certificate that is made out to a public name.
pub fn client() -> reqwest::Result<Client> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .tls_danger_accept_invalid_certs(true)
        .pool_max_idle_per_host(0)
        .timeout(ANSWER)
        .build()
}

/// Whether it answers. Who has no port is ready as soon as it runs.
pub async fn answers(client: &Client, probe: &Probe) -> bool {
    match probe {
        Probe::Tcp { port: 0 } => true,
        Probe::Tcp { port } => {
            let connected = tokio::time::timeout(ANSWER, TcpStream::connect(("127.0.0.1", *port))).await;
            matches!(connected, Ok(Ok(_)))
        }
        Probe::Http { port, path, tls } => {
            let scheme = if *tls { "https" } else { "http" };
            let answer = client.get(format!("{scheme}://127.0.0.1:{port}{path}")).send().await;
            answer.is_ok_and(|answer| is_well(answer.status()))
        }
    }
}

/// A refusal is an answer; 404 is a proxy's that has nobody behind it.
fn is_well(status: StatusCode) -> bool {
    !status.is_server_error() && status != StatusCode::NOT_FOUND
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    async fn server(status: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let answer = format!("HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        port
    }

    #[tokio::test]
    async fn any_answer_counts_but_those_of_nobody() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client().unwrap();
        for (status, expected) in [
            ("200 OK", true),
            ("302 Found", true),
            ("403 Forbidden", true),
            ("404 Not Found", false),
            ("503 Busy", false),
        ] {
            let probe = Probe::Http { port: server(status).await, path: "/hub/health".to_owned(), tls: false };
            assert_eq!(answers(&client, &probe).await, expected, "{status}");
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let probe = Probe::Tcp { port: listener.local_addr().unwrap().port() };
        assert!(answers(&client, &probe).await);
        drop(listener);
        assert!(!answers(&client, &probe).await);
        assert!(answers(&client, &Probe::default()).await);
    }
}
