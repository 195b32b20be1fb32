//! Looks at a TLS server's certificate without judging it: whether there is TLS at all, and when the certificate ends.
//! Whether it is trusted is the HTTP client's business.
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::sniff::{LIMIT, Reach, connect};

/// What a server showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// When its certificate ends; `None` if that cannot be read.
    pub ends: Option<Timestamp>,
}

/// Shakes hands and reads the leaf certificate.
pub async fn peek(addresses: &[SocketAddr], host: &str) -> Result<Shown, Reach> {
    let recorder = Arc::new(Recorder::new());
    let config = config(&recorder).ok_or(Reach::Strange)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Reach::NoName)?;
    let stream = connect(addresses).await?;
    let shaken = timeout(LIMIT, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
    match (recorder.leaf(), shaken) {
        (Some(leaf), _) => Ok(Shown { ends: ends(&leaf) }),
        (None, Ok(Ok(_))) => Ok(Shown { ends: None }),
        (None, Ok(Err(_))) => Err(Reach::Strange),
        (None, Err(_)) => Err(Reach::Silent),
    }
}

fn config(recorder: &Arc<Recorder>) -> Option<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::clone(&recorder.provider));
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    let verifier: Arc<dyn ServerCertVerifier> = Arc::clone(recorder) as _;
    let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Some(config)
}

/// Accepts every certificate and keeps the leaf. Nothing is ever sent over such a connection.
#[derive(Debug)]
struct Recorder {
    provider: Arc<CryptoProvider>,
    leaf: Mutex<Option<Vec<u8>>>,
}

impl Recorder {
    fn new() -> Self {
        Self { provider: Arc::new(rustls::crypto::ring::default_provider()), leaf: Mutex::default() }
    }

    fn leaf(&self) -> Option<Vec<u8>> {
        self.leaf.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.leaf.lock().unwrap_or_else(PoisonError::into_inner) = Some(leaf.as_ref().to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// ASN.1 tags on the way to `tbsCertificate.validity.notAfter`.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of a certificate's validity, read from its DER: RFC 5280, 4.1.
fn ends(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der)?;
    let (tag, mut fields, _) = element(certificate)?;
    if tag != SEQUENCE {
        return None;
    }
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    // Serial number, signature algorithm, issuer; then the validity.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, after_begin) = element(validity)?;
    let (tag, end, _) = element(after_begin)?;
    time(tag, std::str::from_utf8(end).ok()?)
}

/// Tag and content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (short, rest) = rest.split_first()?;
    let (length, rest) = if *short < 0x80 {
        (usize::from(*short), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
        if bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let full = match tag {
        // Two digits of the year: 50 and above are of the last century.
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%SZ", full).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    /// `openssl req -x509 -newkey ed25519 -nodes -subj /CN=hub.example.org -days 1 -outform DER`, base64 of the DER.
    const CERTIFICATE: &str = include_str!("certificate.test.b64");

    #[test]
    fn the_end_is_read_from_a_real_certificate() {
        let der = STANDARD.decode(CERTIFICATE.split_whitespace().collect::<String>()).unwrap();
        assert_eq!(ends(&der), Some("2026-11-22T04:44:19Z".parse().unwrap()));
        for cut in 0..der.len() {
            let _ = ends(&der[..cut]); // never more than `None`
        }
    }

    #[test]
    fn both_ways_of_writing_a_time_are_read() {
        assert_eq!(time(UTC_TIME, "310506070809Z"), Some("2031-05-06T07:08:09Z".parse().unwrap()));
        assert_eq!(time(GENERALIZED_TIME, "20510506070809Z"), Some("2051-05-06T07:08:09Z".parse().unwrap()));
        assert_eq!(time(UTC_TIME, "yesterday"), None);
    }
}
