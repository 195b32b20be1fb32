//! What answers on a TCP port: nobody, nothing, HTTP/1, HTTP/2 or TLS. Three seconds at most for each question.
//! Must not know which service is expected there.
use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::certificate;

/// Longest wait for a connection, and for a first answer.
pub const LIMIT: Duration = Duration::from_secs(3);

/// Most addresses of a name that are tried.
const MOST: usize = 4;

/// HTTP/2 connection preface and an empty SETTINGS frame: the first words of every gRPC client.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Type of a SETTINGS frame, the first that an HTTP/2 server sends.
const SETTINGS: u8 = 4;

/// What came back from a port that took the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// HTTP/2 in plain text, as gRPC speaks it.
    Http2,
    /// HTTP/1.
    Http1,
    /// TLS.
    Tls,
}

/// Why a port cannot be talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The name has no address.
    NoName,
    /// The machine is there, nothing listens.
    Refused,
    /// No answer to a connection attempt.
    Dropped,
    /// Connected, then closed at once. Through a port-forward: nothing listens in the pod.
    Closed,
    /// Connected, and never an answer.
    Silent,
    /// Connected, and the answer is none of HTTP/1, HTTP/2, TLS.
    Strange,
    /// A certificate that this machine does not trust.
    Untrusted,
    /// No route, a broken network.
    Unreachable,
}

impl Reach {
    /// What an input/output error of a connection means.
    pub fn of(error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::TimedOut => Self::Dropped,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Unreachable,
        }
    }
}

/// Addresses of a name.
pub async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Reach> {
    match timeout(LIMIT, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(addresses)) => Some(addresses.collect::<Vec<_>>()).filter(|all| !all.is_empty()).ok_or(Reach::NoName),
        Ok(Err(_)) | Err(_) => Err(Reach::NoName),
    }
}

/// A connection to the first address that takes one. Each has its own time: a name may lead to an IPv6 address that is not
/// reached from here, and to one that is.
pub async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Reach> {
    let mut failed = Reach::NoName;
    for address in addresses.iter().take(MOST) {
        match timeout(LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = Reach::of(&error),
            Err(_) => failed = Reach::Dropped,
        }
    }
    Err(failed)
}

/// Finds out what answers at an address.
pub async fn sniff(addresses: &[SocketAddr]) -> Result<Answer, Reach> {
    let mut first = [0_u8; 16];
    let mut stream = connect(addresses).await?;
    let length = match timeout(LIMIT, ask(&mut stream, &mut first)).await {
        Err(_) => return Err(Reach::Silent),
        Ok(Err(_)) => 0,
        Ok(Ok(length)) => length,
    };
    match first.get(..length).unwrap_or_default() {
        [_, _, _, SETTINGS, ..] => Ok(Answer::Http2),
        [b'H', b'T', b'T', b'P', b'/', ..] => Ok(Answer::Http1),
        other => sniff_tls(addresses, other.is_empty()).await,
    }
}

async fn ask(stream: &mut TcpStream, first: &mut [u8; 16]) -> std::io::Result<usize> {
    stream.write_all(PREFACE).await?;
    stream.read(first).await
}

/// A TLS server closes the connection or sends an alert when it is spoken to in plain text; so does one that waits for HTTP/1.
async fn sniff_tls(addresses: &[SocketAddr], closed: bool) -> Result<Answer, Reach> {
    if certificate::peek(addresses, "localhost").await.is_ok() {
        return Ok(Answer::Tls);
    }
    if closed && speaks_http1(addresses).await {
        return Ok(Answer::Http1);
    }
    Err(if closed { Reach::Closed } else { Reach::Strange })
}

async fn speaks_http1(addresses: &[SocketAddr]) -> bool {
    let Ok(mut stream) = connect(addresses).await else { return false };
    let mut first = [0_u8; 5];
    let answer = timeout(LIMIT, async {
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
        stream.read_exact(&mut first).await
    });
    matches!(answer.await, Ok(Ok(_))) && &first == b"HTTP/"
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A port that answers every connection with `reply` and closes it.
    async fn port(reply: &'static [u8]) -> Vec<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 64];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(reply).await;
            }
        });
        vec![address]
    }

    #[tokio::test]
    async fn protocols_are_told_apart() {
        assert_eq!(sniff(&port(b"\0\0\0\x04\0\0\0\0\0").await).await, Ok(Answer::Http2));
        assert_eq!(sniff(&port(b"HTTP/1.1 400 Bad Request\r\n\r\n").await).await, Ok(Answer::Http1));
        assert_eq!(sniff(&port(b"220 mail.example.org ESMTP\r\n").await).await, Err(Reach::Strange));
        assert_eq!(sniff(&port(b"").await).await, Err(Reach::Closed));
    }

    #[tokio::test]
    async fn a_closed_port_is_refused_and_a_silent_one_is_silent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(sniff(&[address]).await, Err(Reach::Silent));
        drop(listener);
        assert_eq!(sniff(&[address]).await, Err(Reach::Refused));
    }

    #[tokio::test]
    async fn an_address_that_is_not_reached_does_not_hide_another() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = listener.local_addr().unwrap();
        drop(listener);
        let mut addresses = vec![closed];
        addresses.extend(port(b"HTTP/1.1 200 OK\r\n\r\n").await);
        assert_eq!(sniff(&addresses).await, Ok(Answer::Http1));
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_named() {
        assert_eq!(resolve("hub.invalid", 80).await, Err(Reach::NoName));
    }
}
