//! Fetches helm: one version, from helm's own server, for the platform of this machine. Nothing of what was fetched is
//! unpacked before its SHA-256 is the one that stands here. Must not ask a person, nor decide whether to fetch.
use std::{
    fs,
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use flate2::read::GzDecoder;
use futures::StreamExt;
use sha2::{Digest, Sha256};

use crate::{drivers::folder, health::text, problem::Problem};

/// The version that is fetched.
pub const VERSION: &str = "4.3.0";
/// Where helm's makers publish their archives.
pub const SERVER: &str = "https://get.helm.sh";

/// One platform's archive: operating system and processor as Rust says them, as the archive's name says them, and the
/// archive's SHA-256 as the release notes of [`VERSION`] have it.
struct Archive {
    machine: (&'static str, &'static str),
    platform: &'static str,
    sha256: &'static str,
}

const ARCHIVES: &[Archive] = &[
    Archive {
        machine: ("linux", "x86_64"),
        platform: "linux-amd64",
        sha256: "86584a54def73570558f66f5111cc53dfed56689637ae32c1201205d494f54fb",
    },
    Archive {
        machine: ("linux", "aarch64"),
        platform: "linux-arm64",
        sha256: "31c5794dd55c66a51e6b7d2e2ac7a114ae8b1de41ff1d9ba51748ac973b06a08",
    },
    Archive {
        machine: ("macos", "x86_64"),
        platform: "darwin-amd64",
        sha256: "347a784877e0e20eac865e8d1c36a80f6bb0861d6f29abd34defb6570ef95d92",
    },
    Archive {
        machine: ("macos", "aarch64"),
        platform: "darwin-arm64",
        sha256: "d3870437e1e95b67f8edbde964156c84a26503f560821d40c542441658934fba",
    },
];

/// Largest archive that is taken, in bytes; helm's have about 20 MB.
const LARGEST_ARCHIVE: usize = 64 << 20;
/// Largest unpacked archive, in bytes; helm's have about 65 MB.
const LARGEST_UNPACKED: u64 = 256 << 20;
/// How long a connection may take to open, the server may stay silent, and all may take.
const LIMITS: [Duration; 3] = [Duration::from_secs(10), Duration::from_secs(30), Duration::from_mins(15)];
/// Size of a block of a tar archive, in bytes.
const BLOCK: usize = 512;

/// Fetches helm for this machine and says where it is now.
pub async fn download() -> Result<PathBuf, Problem> {
    let machine = (std::env::consts::OS, std::env::consts::ARCH);
    let archive = ARCHIVES.iter().find(|archive| archive.machine == machine).ok_or_else(|| {
        let (system, processor) = machine;
        super::find::install_hints(Problem::new(
            "helm-download",
            format!("hubwright knows no helm for {system} on {processor}"),
        ))
    })?;
    fetch(SERVER, archive, &folder()?).await
}

/// Where a helm that was fetched lies.
pub fn downloaded() -> Option<PathBuf> {
    folder().ok().map(|folder| folder.join("helm")).filter(|program| program.is_file())
}

fn folder() -> Result<PathBuf, Problem> {
    Ok(folder::data()?.join(format!("helm-{VERSION}")))
}

async fn fetch(server: &str, archive: &Archive, folder: &Path) -> Result<PathBuf, Problem> {
    let url = format!("{server}/helm-v{VERSION}-{}.tar.gz", archive.platform);
    let bytes = get(&url).await?;
    check(&url, &bytes, archive.sha256)?;
    let program = unpack(&bytes, &format!("{}/helm", archive.platform)).map_err(|error| {
        Problem::new("helm-download", format!("cannot unpack helm: {error}")).hint("tell hubwright's makers")
    })?;
    keep(folder, &program)
}

async fn get(url: &str) -> Result<Vec<u8>, Problem> {
    let failed = |why: &str| super::find::install_hints(unreachable(url, why));
    let [open, silence, all] = LIMITS;
    let client = reqwest::Client::builder().connect_timeout(open).read_timeout(silence).timeout(all).build();
    let client = client.map_err(|error| failed(&reason(&error)))?;
    let reply = client.get(url).send().await.map_err(|error| failed(&reason(&error)))?;
    if !reply.status().is_success() {
        return Err(failed(&format!("the server answers HTTP {}", reply.status())));
    }
    let mut bytes = Vec::new();
    let mut stream = reply.bytes_stream();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part.map_err(|error| failed(&reason(&error)))?);
        if bytes.len() > LARGEST_ARCHIVE {
            return Err(failed(&format!("it is larger than {} MiB", LARGEST_ARCHIVE >> 20)));
        }
    }
    Ok(bytes)
}

fn unreachable(url: &str, why: &str) -> Problem {
    Problem::new("helm-download", format!("cannot fetch `{url}`: {why}"))
        .hint("behind a proxy set `HTTPS_PROXY`, then try again")
        .retry()
}

/// The last cause in the chain: the first ones only say that something failed.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    text::line(&cause.to_string())
}

fn check(url: &str, bytes: &[u8], expected: &str) -> Result<(), Problem> {
    let found: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == expected {
        return Ok(());
    }
    let problem =
        Problem::new("helm-checksum", format!("what came from `{url}` is not helm {VERSION}: nothing of it was kept"))
            .detail(format!("SHA-256 expected {expected}\nSHA-256 found    {found}"))
            .hint("a proxy may have answered in the server's place, or changed the file: try from another network");
    Err(super::find::install_hints(problem))
}

/// One file of a tar.gz archive. The archive is known by its checksum: its entries have short names and plain sizes.
fn unpack(archive: &[u8], name: &str) -> io::Result<Vec<u8>> {
    let mut tar = GzDecoder::new(archive).take(LARGEST_UNPACKED);
    let mut header = [0; BLOCK];
    loop {
        tar.read_exact(&mut header)?;
        let size = size(&header).ok_or(io::ErrorKind::InvalidData)?;
        if entry_name(&header) == name.as_bytes() {
            let mut file = Vec::new();
            let read = tar.take(size).read_to_end(&mut file)?;
            return if read as u64 == size { Ok(file) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
        io::copy(&mut tar.by_ref().take(size.next_multiple_of(BLOCK as u64)), &mut io::sink())?;
    }
}

fn entry_name(header: &[u8; BLOCK]) -> &[u8] {
    let (field, _) = header.split_at(100);
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The size of an entry: octal digits.
fn size(header: &[u8; BLOCK]) -> Option<u64> {
    let digits = std::str::from_utf8(header.get(124..136)?).ok()?.trim_matches([' ', '\0']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// Writes the program for its owner only, whole or not at all.
fn keep(folder: &Path, program: &[u8]) -> Result<PathBuf, Problem> {
    let path = folder.join("helm");
    let part = folder.join(format!("helm.{}.part", std::process::id()));
    let write = || {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let _ = fs::remove_file(&part);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(&part)?;
        file.write_all(program)?;
        file.sync_all()?;
        fs::rename(&part, &path)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map(|()| path).map_err(|error| {
        Problem::new("cannot-write", format!("cannot write helm into `{}`: {error}", folder.display()))
            .hint("set `XDG_DATA_HOME` to a folder that you may write to")
    })
}

#[cfg(test)]
mod tests {
    use std::{io::BufRead, net::TcpListener, os::unix::fs::PermissionsExt, process::Command};

    use super::*;

    const SCRIPT: &str = "#!/bin/sh\necho v4.3.0\n";

    /// An archive as helm's makers pack it.
    fn packed() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("linux-amd64");
        fs::create_dir(&inner).unwrap();
        for (name, text) in [("LICENSE", "x".repeat(3_000).as_str()), ("helm", SCRIPT), ("README.md", "")] {
            fs::write(inner.join(name), text).unwrap();
        }
        let names = ["linux-amd64/LICENSE", "linux-amd64/helm", "linux-amd64/README.md"];
        let tar =
            Command::new("tar").arg("-C").arg(folder.path()).args(["-czf", "-", "linux-amd64/"]).args(names).output();
        tar.unwrap().stdout
    }

    /// A server that answers one request: status and headers, and as much of the body as `sent` says.
    fn server(head: String, body: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = io::BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            assert!(
                lines.take_while(|line| !line.is_empty()).any(|line| line.contains("/helm-v4.3.0-linux-amd64.tar.gz"))
            );
            let _ =
                stream.write_all(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes()).and_then(|()| stream.write_all(&body));
        });
        format!("http://{address}")
    }

    fn archive(bytes: &[u8]) -> Archive {
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Archive { machine: ("", ""), platform: "linux-amd64", sha256: sha256.leak() }
    }

    async fn fetched(server: &str, archive: &Archive) -> (Result<PathBuf, Problem>, tempfile::TempDir) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        (fetch(server, archive, &folder.path().join("data/helm")).await, folder)
    }

    fn files(folder: &tempfile::TempDir) -> usize {
        fs::read_dir(folder.path()).unwrap().count()
    }

    #[tokio::test]
    async fn the_right_archive_becomes_a_program_for_its_owner_only() {
        let bytes = packed();
        let server = server(format!("200 OK\r\ncontent-length: {}", bytes.len()), bytes.clone());
        let (program, folder) = fetched(&server, &archive(&bytes)).await;
        let program = program.unwrap();
        assert_eq!(fs::read_to_string(&program).unwrap(), SCRIPT);
        for path in [program.as_path(), program.parent().unwrap(), &folder.path().join("data")] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
        }
        assert_eq!(super::super::find(Some(&program)).unwrap().version.to_string(), VERSION);
    }

    #[tokio::test]
    async fn another_archive_is_refused_and_nothing_of_it_is_kept() {
        let bytes = packed();
        let server = server(format!("200 OK\r\ncontent-length: {}", bytes.len()), bytes);
        let (program, folder) = fetched(&server, &archive(b"another")).await;
        let problem = program.unwrap_err();
        assert_eq!((problem.code.as_str(), files(&folder)), ("helm-checksum", 0), "{problem}");
        assert!(problem.detail.unwrap().contains(archive(b"another").sha256));
    }

    #[tokio::test]
    async fn half_an_archive_an_endless_one_and_none_are_said_in_words() {
        let bytes = packed();
        let endless = vec![0; LARGEST_ARCHIVE + 1];
        for (head, body, expected) in [
            (format!("200 OK\r\ncontent-length: {}", bytes.len()), bytes[..bytes.len() / 2].to_vec(), "helm-download"),
            ("200 OK\r\nconnection: close".to_owned(), bytes[..bytes.len() / 2].to_vec(), "helm-checksum"),
            ("200 OK\r\nconnection: close".to_owned(), endless, "helm-download"),
            ("404 Not Found\r\ncontent-length: 0".to_owned(), Vec::new(), "helm-download"),
        ] {
            let (program, folder) = fetched(&server(head.clone(), body), &archive(&bytes)).await;
            let problem = program.unwrap_err();
            assert_eq!((problem.code.as_str(), files(&folder)), (expected, 0), "{head}: {problem}");
        }
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (program, _) = fetched(&format!("http://{nobody}"), &archive(&bytes)).await;
        let problem = program.unwrap_err();
        assert!(problem.title.contains("refused") && problem.hints.iter().any(|hint| hint.contains("--helm PATH")));
    }

    #[test]
    fn every_checksum_is_one_and_every_platform_has_its_own() {
        let sums: std::collections::BTreeSet<_> = ARCHIVES.iter().map(|archive| archive.sha256).collect();
        assert_eq!(sums.len(), ARCHIVES.len());
        assert!(sums.iter().all(|sum| sum.len() == 64 && sum.chars().all(|c| c.is_ascii_hexdigit())));
    }
}
