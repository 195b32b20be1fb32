//! What of a person's environment the processes get: where programs are, the language, the way to the network. Nothing
//! that changes what Python or Node.js run. Must not know any process.
use std::collections::BTreeMap;

/// Variables that are handed on.
const NAMES: &[&str] = &[
    "ALL_PROXY",
    "CUDA_VISIBLE_DEVICES",
    "CURL_CA_BUNDLE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "NODE_EXTRA_CA_CERTS",
    "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_VISIBLE_DEVICES",
    "PATH",
    "REQUESTS_CA_BUNDLE",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
    "all_proxy",
    "http_proxy",
    "https_proxy",
];
/// Where programs are if nobody says.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// Hosts that no proxy leads to: the processes talk to each other on loopback.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What of these variables is handed on.
pub fn of(variables: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let (mut inherited, mut direct) = (BTreeMap::new(), Vec::new());
    for (name, value) in variables {
        match name.as_str() {
            "NO_PROXY" | "no_proxy" => direct.extend(value.split(',').map(|host| host.trim().to_owned())),
            known if NAMES.contains(&known) || known.starts_with("LC_") => drop(inherited.insert(name, value)),
            _ => {}
        }
    }
    direct.extend(LOOPBACK.map(str::to_owned));
    direct.retain(|host| !host.is_empty());
    direct.sort();
    direct.dedup();
    let direct = direct.join(",");
    inherited.insert("NO_PROXY".to_owned(), direct.clone());
    inherited.insert("no_proxy".to_owned(), direct);
    inherited.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
    inherited
}

/// What of this program's own variables is handed on; what is no text is left out.
pub fn own() -> BTreeMap<String, String> {
    of(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_through_that_changes_what_programs_run() {
        let given = [
            ("PATH", "/usr/bin"),
            ("LC_ALL", "C.UTF-8"),
            ("PYTHONPATH", "/home/ada/lib"),
            ("VIRTUAL_ENV", "/home/ada/venv"),
            ("NODE_OPTIONS", "--require x"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("https_proxy", "http://proxy:3128"),
            ("no_proxy", "example.edu, 127.0.0.1"),
        ];
        let inherited = of(given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let names: Vec<&str> = inherited.keys().map(String::as_str).collect();
        assert_eq!(names, ["LC_ALL", "NO_PROXY", "PATH", "https_proxy", "no_proxy"]);
        assert_eq!(inherited["no_proxy"], "127.0.0.1,::1,example.edu,localhost");
        assert_eq!(of(std::iter::empty())["PATH"], PATH);
    }
}
