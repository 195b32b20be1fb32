//! A real server on a loopback port for what a site answers: HTTP/1.1 with one request per connection, server-sent events,
//! websockets, and a Dask scheduler behind TLS on the same port, as Traefik serves it.
use std::{net::SocketAddr, sync::Arc};

use futures::{SinkExt, StreamExt};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

use crate::verify::dask::frames;

/// Certificate and key of the scheduler, as a gateway makes them for each cluster. They protect nothing.
pub const PEM: &str = include_str!("dask-internal.pem");

pub struct Request {
    pub method: String,
    pub path: String,
    pub body: Value,
}

pub enum Reply {
    Json(u16, Value),
    /// Events, after which the connection stays open.
    Events(Vec<Value>),
    Socket,
}

/// What is served.
pub trait Site: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Reply;

    /// What a websocket says to a message.
    fn said(&self, _message: &Value) -> Vec<Value> {
        Vec::new()
    }

    /// What a scheduler says to a message, as it stands on the wire.
    fn scheduled(&self, _message: &rmpv::Value) -> &'static [u8] {
        b""
    }
}

pub async fn serve(site: Arc<impl Site>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever hangs up in the middle is a test's business.
            tokio::spawn(connection(stream, Arc::clone(&site)));
        }
    });
    address
}

async fn connection(stream: TcpStream, site: Arc<impl Site>) -> std::io::Result<()> {
    let mut first = [0; 1];
    stream.peek(&mut first).await?;
    if first == [0x16] { scheduler(stream, &*site).await } else { http(stream, &*site).await }
}

async fn http(mut stream: TcpStream, site: &impl Site) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let mut body = vec![0; field("content-length").map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await?;
    let mut line = head.split(' ');
    let (method, path) = (line.next().unwrap().to_owned(), line.next().unwrap().to_owned());
    match site.answer(&Request { method, path, body: serde_json::from_slice(&body).unwrap_or_default() }) {
        Reply::Json(status, body) => {
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await
        }
        Reply::Events(events) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await?;
            for event in events {
                stream.write_all(format!("data: {event}\n\n").as_bytes()).await?;
            }
            stream.read_u8().await.map(drop)
        }
        Reply::Socket => {
            let key = derive_accept_key(field("sec-websocket-key").unwrap().as_bytes());
            let head = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n";
            stream.write_all(format!("{head}sec-websocket-accept: {key}\r\n\r\n").as_bytes()).await?;
            socket(WebSocketStream::from_raw_socket(stream, Role::Server, None).await, site).await;
            Ok(())
        }
    }
}

async fn socket(mut socket: WebSocketStream<TcpStream>, site: &impl Site) {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        for answer in site.said(&serde_json::from_str(&text).unwrap()) {
            if socket.send(Message::text(answer.to_string())).await.is_err() {
                return;
            }
        }
    }
}

async fn scheduler(stream: TcpStream, site: &impl Site) -> std::io::Result<()> {
    let chain = vec![CertificateDer::from_pem_slice(PEM.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(PEM.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
    let mut stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await?;
    loop {
        let message = frames::read(&mut stream).await?;
        stream.write_all(site.scheduled(&message)).await?;
        stream.flush().await?;
    }
}
