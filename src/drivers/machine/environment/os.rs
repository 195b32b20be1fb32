//! What kind of system this is, as far as packages and hints depend on it: libc, processor, package manager.
//! Must not change anything.
use std::{fs, path::Path};

/// How a package of the system is installed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Debian, Ubuntu and what comes from them: `apt`.
    Debian,
    /// Fedora, RHEL and what comes from them: `dnf`.
    Fedora,
    /// Anything else.
    Other,
}

/// The family of this machine, by `/etc/os-release`.
pub fn family() -> Family {
    family_of(&fs::read_to_string("/etc/os-release").unwrap_or_default())
}

fn family_of(release: &str) -> Family {
    let words = |key: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_default().trim_matches('"').to_lowercase()
    };
    let names = format!("{} {}", words("ID="), words("ID_LIKE="));
    let is = |known: &[&str]| names.split_whitespace().any(|name| known.contains(&name));
    if is(&["debian", "ubuntu"]) {
        Family::Debian
    } else if is(&["fedora", "rhel", "centos"]) {
        Family::Fedora
    } else {
        Family::Other
    }
}

/// The system's own bundle of certificates, which has a company's own where there are any.
pub fn certificates() -> Option<&'static Path> {
    const KNOWN: &[&str] =
        &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
    KNOWN.iter().map(Path::new).find(|path| path.is_file())
}

/// Processor and libc, in words: `x86_64 with glibc`.
pub fn platform() -> String {
    let libc = if has_musl() { "musl" } else { "glibc" };
    format!("{} with {libc}", std::env::consts::ARCH)
}

/// Whether the system's programs are linked with musl. Our own linkage says nothing: we may be a static program.
pub fn has_musl() -> bool {
    let arch = std::env::consts::ARCH;
    let loader =
        |name: String| ["/lib", "/lib64", "/usr/lib"].iter().any(|folder| Path::new(folder).join(&name).exists());
    loader(format!("ld-musl-{arch}.so.1"))
        && !loader(format!("ld-linux-{}.so.2", arch.replace('_', "-")))
        && !loader("ld-linux-aarch64.so.1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_read_from_the_name_or_from_its_parents() {
        assert_eq!(family_of("NAME=x\nID=debian\n"), Family::Debian);
        assert_eq!(family_of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Family::Debian);
        assert_eq!(family_of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), Family::Fedora);
        assert_eq!(family_of("ID=alpine\n"), Family::Other);
        assert_eq!(family_of(""), Family::Other);
    }
}
