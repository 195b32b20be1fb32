//! A Dask scheduler behind the gateway's proxy, spoken to natively: TLS with the cluster's own certificate, then msgpack.
//! What needs Python objects (a graph) is the notebook's business.
use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rmpv::Value;
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use secrecy::ExposeSecret;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    Cluster,
    frames::{self, field, map},
};
use crate::{
    health::text,
    problem::Problem,
    verify::{causes::dask as causes, compare::Packages, door::Door, sniff},
};

/// Limit of one question.
const CALL: Duration = Duration::from_secs(15);
/// Limit of running something on every worker.
const RUNNING: Duration = Duration::from_secs(30);

/// A connection to a scheduler.
pub struct Scheduler {
    stream: TlsStream<TcpStream>,
}

impl Scheduler {
    /// Connects through the gateway's proxy, which looks at the TLS server name only.
    pub async fn connect(door: &Door, cluster: &Cluster) -> Result<Self, Problem> {
        let config = config(cluster).map_err(|error| causes::certificate(&error))?;
        let name = format!("daskgateway-{}", cluster.name);
        let name =
            ServerName::try_from(name).map_err(|_| causes::certificate("the cluster's name is no server name"))?;
        let tcp = sniff::connect(&door.addresses).await.map_err(|_| causes::blocked(&door.via, "no TCP connection"))?;
        let shaken = timeout(CALL, TlsConnector::from(Arc::new(config)).connect(name, tcp)).await;
        let stream = shaken.map_err(|_| causes::blocked(&door.via, "no answer to the TLS handshake"))?;
        let stream = stream.map_err(|error| causes::blocked(&door.via, &text::line(&error.to_string())))?;
        let mut scheduler = Self { stream };
        let hello = map([
            ("compression", Value::Nil),
            ("python", Value::Array(vec![3.into(), 13.into(), 0.into()])),
            ("pickle-protocol", 5.into()),
        ]);
        scheduler.call(&hello, CALL).await?;
        Ok(scheduler)
    }

    /// How many workers the scheduler has.
    pub async fn workers(&mut self) -> Result<u64, Problem> {
        Ok(workers(&self.ask("identity").await?))
    }

    /// The scheduler's packages.
    pub async fn versions(&mut self) -> Result<Packages, Problem> {
        Ok(packages(&self.ask("versions").await?))
    }

    /// Every worker's packages, by its address.
    pub async fn worker_versions(&mut self) -> Result<BTreeMap<String, Packages>, Problem> {
        let answer = self.broadcast(map([("op", "versions".into())]), CALL).await?;
        Ok(each(&answer).map(|(worker, answer)| (worker, packages(answer))).collect())
    }

    /// Runs `platform.node()` on every worker; what each said, by its address. The function goes by its name, as a pickle of
    /// the oldest protocol; so no Python is needed here.
    pub async fn run_everywhere(&mut self) -> Result<BTreeMap<String, Result<(), String>>, Problem> {
        let run = map([
            ("op", "run".into()),
            ("function", Value::Binary(b"cplatform\nnode\n.".to_vec())),
            ("args", Value::Binary(b"(t.".to_vec())),
            ("wait", true.into()),
        ]);
        let answer = self.broadcast(run, RUNNING).await?;
        Ok(each(&answer).map(|(worker, answer)| (worker, ran(answer))).collect())
    }

    async fn ask(&mut self, operation: &str) -> Result<Value, Problem> {
        self.call(&map([("op", operation.into()), ("reply", true.into())]), CALL).await
    }

    async fn broadcast(&mut self, message: Value, limit: Duration) -> Result<Value, Problem> {
        let broadcast = map([("op", "broadcast".into()), ("msg", message), ("reply", true.into())]);
        self.call(&broadcast, limit).await
    }

    async fn call(&mut self, message: &Value, limit: Duration) -> Result<Value, Problem> {
        let talk = async {
            frames::write(&mut self.stream, message).await?;
            frames::read(&mut self.stream).await
        };
        match timeout(limit, talk).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(causes::scheduler(&error.to_string())),
            Err(_) => Err(causes::scheduler(&format!("no answer within {} s", limit.as_secs()))),
        }
    }
}

fn said<'a>(answer: &'a Value, key: &str) -> Option<&'a str> {
    field(answer, key).and_then(Value::as_str)
}

/// distributed names no more than five workers, and counts them all; older ones name all.
fn workers(identity: &Value) -> u64 {
    let listed = || field(identity, "workers")?.as_map().map(|workers| workers.len() as u64);
    field(identity, "n_workers").and_then(Value::as_u64).or_else(listed).unwrap_or(0)
}

/// Answers of a broadcast, by worker.
fn each(answer: &Value) -> impl Iterator<Item = (String, &Value)> {
    let workers = answer.as_map().into_iter().flatten();
    workers.map(|(worker, answer)| (text::line(worker.as_str().unwrap_or("?")), answer))
}

fn ran(answer: &Value) -> Result<(), String> {
    match said(answer, "status") {
        Some("OK") => Ok(()),
        // distributed calls the words of an exception `exception_text`; old ones called them `text`.
        status => {
            Err(text::line(said(answer, "exception_text").or(said(answer, "text")).or(status).unwrap_or("no answer")))
        }
    }
}

/// `{"host": {"python": "3.13.1.final.0"}, "packages": {"dask": "2026.3.0", …}}`.
fn packages(versions: &Value) -> Packages {
    let packages = field(versions, "packages").and_then(Value::as_map).into_iter().flatten();
    let texts = packages.filter_map(|(name, version)| Some((name.as_str()?, version.as_str()?)));
    let mut packages: Packages =
        texts.map(|(name, version)| (text::line(name), python(&text::line(version)))).collect();
    let host = field(versions, "host").and_then(|host| said(host, "python"));
    if let Some(host) = host {
        packages.insert("python".to_owned(), python(&text::line(host)));
    }
    packages
}

/// Python's own way of saying `3.13.1` is `3.13.1.final.0`.
fn python(version: &str) -> String {
    version.strip_suffix(".final.0").unwrap_or(version).to_owned()
}

fn config(cluster: &Cluster) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(cluster.certificate.as_bytes()).map_err(|_| "no certificate")?;
    let key = PrivateKeyDer::from_pem_slice(cluster.key.expose_secret().as_bytes()).map_err(|_| "no key")?;
    let pin = Arc::new(Pin { certificate: certificate.as_ref().to_vec(), provider: Arc::clone(&provider) });
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(pin)
        .with_client_auth_cert(vec![certificate], key)
        .map_err(|error| error.to_string())
}

/// Trusts one certificate: the one that the gateway handed out for this cluster. Its names mean nothing, signatures do.
#[derive(Debug)]
struct Pin {
    certificate: Vec<u8>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if leaf.as_ref() == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("the scheduler shows another certificate than the gateway gave".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What distributed 2026.3.0 answered to the questions above, a scheduler with two workers.
    async fn answer(mut recorded: &'static [u8]) -> Value {
        let answer = frames::read(&mut recorded).await.unwrap();
        assert!(recorded.is_empty(), "the next answer would be read from its middle");
        answer
    }

    #[tokio::test]
    async fn a_schedulers_answers_are_read() {
        let hello = answer(include_bytes!("recorded/hello.bin")).await;
        assert!(field(&hello, "pickle-protocol").is_some());
        assert_eq!(workers(&answer(include_bytes!("recorded/identity.bin")).await), 2);
        let packages = packages(&answer(include_bytes!("recorded/versions.bin")).await);
        assert_eq!((packages["python"].as_str(), packages["distributed"].as_str()), ("3.11.7", "2026.3.0"));
    }

    #[tokio::test]
    async fn workers_answers_are_read() {
        let versions = answer(include_bytes!("recorded/worker-versions.bin")).await;
        let all: Vec<Packages> = each(&versions).map(|(_, answer)| packages(answer)).collect();
        assert_eq!(all.iter().map(|packages| packages["dask"].as_str()).collect::<Vec<_>>(), ["2026.3.0", "2026.3.0"]);
        let run = answer(include_bytes!("recorded/run.bin")).await;
        assert_eq!(each(&run).map(|(_, answer)| ran(answer)).collect::<Vec<_>>(), [Ok(()), Ok(())]);
        let failed = answer(include_bytes!("recorded/run-failed.bin")).await;
        let words = "FileNotFoundError(2, 'No such file or directory')".to_owned();
        assert!(
            each(&failed).all(|(worker, answer)| worker.starts_with("tcp://") && ran(answer) == Err(words.clone()))
        );
    }
}
