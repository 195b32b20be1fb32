//! What package tools are told by their environment: the person's index, proxy and certificates, whichever tool they were
//! meant for, and nothing that would lead packages elsewhere. Must not know what is installed.
//!
//! pip's settings (`PIP_INDEX_URL`, `pip.conf` …) are handed to uv in uv's words; uv's own (`UV_…`) stay as they are.
//! Credentials travel in variables only, never in arguments.
mod credentials;
mod pip;

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::Path,
};

use self::credentials::{credentials, shown};
use super::os;
use crate::drivers::machine::supervisor::strays::MAKES;

/// All variables of a program.
pub type Variables = BTreeMap<OsString, OsString>;

/// Where Python packages come from if nobody says otherwise.
const INDEX: &str = "the public Python index";
/// Where npm packages come from if nobody says otherwise.
const REGISTRY: &str = "the public npm registry";

/// Settings of uv that say where packages come from and how they travel. Others could change what is installed.
const UV: &[&str] = &[
    "UV_CACHE_DIR",
    "UV_CONCURRENT_DOWNLOADS",
    "UV_CONFIG_FILE",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_HTTP_RETRIES",
    "UV_HTTP_TIMEOUT",
    "UV_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_INDEX_URL",
    "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER",
    "UV_LINK_MODE",
    "UV_NATIVE_TLS",
    "UV_NO_CONFIG",
    "UV_OFFLINE",
    "UV_SYSTEM_CERTS",
];

/// Settings of npm of the same kind, in lower case without `npm_config_`.
const NPM: &[&str] = &[
    "ca",
    "cache",
    "cafile",
    "cert",
    "fetch_retries",
    "fetch_retry_maxtimeout",
    "fetch_retry_mintimeout",
    "fetch_timeout",
    "globalconfig",
    "https_proxy",
    "key",
    "maxsockets",
    "noproxy",
    "proxy",
    "registry",
    "replace_registry_host",
    "strict_ssl",
    "userconfig",
];

/// What the person's surroundings say about packages.
#[derive(Debug)]
pub struct Settings {
    /// Variables of a program that has nothing to do with packages.
    plain: Variables,
    /// The person's variables for uv and npm.
    own: Variables,
    /// pip's settings by their long names: `index-url`.
    pip: BTreeMap<String, String>,
    /// Where programs keep what they may want again.
    cache: std::path::PathBuf,
}

impl Settings {
    /// From the environment and pip's files. What tools keep goes below `cache`, unless the person says otherwise.
    pub fn read(cache: &Path) -> Self {
        let variables: Variables = std::env::vars_os().collect();
        let files = pip::files(&variables);
        Self::of(&variables, &files.iter().map(String::as_str).collect::<Vec<_>>(), cache)
    }

    fn of(variables: &Variables, files: &[&str], cache: &Path) -> Self {
        let text = |name: &OsString| name.to_string_lossy().into_owned();
        let keep = |allowed: fn(&str) -> bool| -> Variables {
            variables
                .iter()
                .filter(|(name, _)| allowed(&text(name)))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let mut plain = keep(is_plain);
        let own = keep(|name| UV.contains(&name) || name.starts_with("UV_INDEX_") || is_npm(name));
        for (name, value) in [
            ("PYTHONDONTWRITEBYTECODE", OsStr::new("1")),
            ("TMPDIR", cache.join("tmp").as_os_str()),
            (MAKES, cache.as_os_str()),
        ] {
            plain.insert(name.into(), value.to_owned());
        }
        Self { plain, own, pip: pip::settings(files, variables), cache: cache.to_owned() }
    }

    /// Variables of a program that has nothing to do with packages.
    pub fn plain(&self) -> Variables {
        self.plain.clone()
    }

    /// uv's variables.
    pub fn uv(&self) -> Variables {
        let own = self.own.iter().filter(|(name, _)| name.to_string_lossy().starts_with("UV_"));
        let mut uv: Variables = self.plain.clone();
        uv.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        let mut set = |names: &[&str], value: Option<OsString>| {
            let is_set = names.iter().any(|name| uv.contains_key(OsStr::new(name)));
            if let (Some(value), false, Some(name)) = (value, is_set, names.first()) {
                uv.insert(name.into(), value);
            }
        };
        let pip = |name: &str| self.pip.get(name).map(OsString::from);
        let list = |name: &str, between: &str| {
            let words = self.pip.get(name)?.split_whitespace().collect::<Vec<_>>().join(between);
            Some(OsString::from(words))
        };
        set(&["UV_DEFAULT_INDEX", "UV_INDEX_URL"], pip("index-url"));
        let extra = list("extra-index-url", " ");
        // As pip does it: the best version of any index. Hashes say which file it has to be.
        set(&["UV_INDEX_STRATEGY"], extra.is_some().then(|| "unsafe-best-match".into()));
        set(&["UV_INDEX", "UV_EXTRA_INDEX_URL"], extra);
        set(&["UV_FIND_LINKS"], list("find-links", ","));
        set(&["UV_INSECURE_HOST"], list("trusted-host", " "));
        set(&["UV_HTTP_TIMEOUT"], pip("timeout"));
        set(&["SSL_CLIENT_CERT"], pip("client-cert"));
        let certificates = self.pip.get("cert").map(OsString::from);
        let is_folder = certificates.as_ref().is_some_and(|path| Path::new(path).is_dir());
        set(&[if is_folder { "SSL_CERT_DIR" } else { "SSL_CERT_FILE" }], certificates);
        // A company's own certificates are in the system's bundle; without such a bundle uv's own is the better one.
        let bundle = os::certificates().map(|_| OsString::from("true"));
        set(&["UV_SYSTEM_CERTS"], bundle.clone());
        set(&["UV_NATIVE_TLS"], bundle);
        set(&["UV_CACHE_DIR"], Some(self.cache.join("uv").into()));
        set(&["UV_PYTHON_DOWNLOADS"], Some("never".into()));
        self.with_proxy(uv)
    }

    /// pip's variables. Its files are read by us: some of their settings lead packages elsewhere.
    pub fn pip(&self) -> Variables {
        let mut pip = self.plain.clone();
        for (name, value) in &self.pip {
            pip.insert(format!("PIP_{}", name.to_uppercase().replace('-', "_")).into(), value.into());
        }
        if !self.pip.contains_key("index-url")
            && let Some(index) = self.uv_index()
        {
            pip.insert("PIP_INDEX_URL".into(), index.into());
        }
        if let Some(bundle) = os::certificates().filter(|_| !self.pip.contains_key("cert")) {
            pip.insert("PIP_CERT".into(), bundle.into());
        }
        pip.insert("PIP_CONFIG_FILE".into(), "/dev/null".into());
        pip.entry("PIP_CACHE_DIR".into()).or_insert_with(|| self.cache.join("pip").into());
        self.with_proxy(pip)
    }

    /// npm's variables. npm reads the person's `.npmrc` by itself.
    pub fn npm(&self, node: &Path) -> Variables {
        let mut npm = self.plain.clone();
        npm.extend(
            self.own.iter().filter(|(name, _)| is_npm(&name.to_string_lossy())).map(|(n, v)| (n.clone(), v.clone())),
        );
        let is_set =
            |npm: &Variables, name: &str| npm.keys().any(|key| key.to_string_lossy().eq_ignore_ascii_case(name));
        let defaults = [
            ("npm_config_cache", self.cache.join("npm").into_os_string()),
            ("npm_config_fetch_timeout", "60000".into()),
            ("npm_config_update_notifier", "false".into()),
        ];
        for (name, value) in defaults {
            if !is_set(&npm, name) {
                npm.insert(name.into(), value);
            }
        }
        // Node.js brings its own certificates and looks at no others unless told.
        if let Some(bundle) =
            self.pip.get("cert").map(OsString::from).or_else(|| os::certificates().map(OsString::from))
        {
            npm.entry("NODE_EXTRA_CA_CERTS".into()).or_insert(bundle);
        }
        let path = npm.get(OsStr::new("PATH")).cloned().unwrap_or_default();
        let folders = node.parent().map(Path::to_path_buf).into_iter().chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(folders) {
            npm.insert("PATH".into(), path);
        }
        self.with_proxy(npm)
    }

    fn with_proxy(&self, mut variables: Variables) -> Variables {
        if let Some(proxy) = self.pip.get("proxy") {
            for name in ["HTTP_PROXY", "HTTPS_PROXY"] {
                let lower = name.to_lowercase();
                if !variables.contains_key(OsStr::new(&lower)) {
                    variables.entry(name.into()).or_insert_with(|| proxy.into());
                }
            }
        }
        variables
    }

    fn uv_index(&self) -> Option<String> {
        let of = |name: &str| self.own.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned());
        let index = of("UV_DEFAULT_INDEX").or_else(|| of("UV_INDEX_URL"))?;
        // uv lets an index have a name: `inside=https://…`.
        Some(
            index
                .split_once('=')
                .filter(|(name, _)| !name.contains('/'))
                .map_or(index.clone(), |(_, url)| url.to_owned()),
        )
    }

    /// The index of Python packages, as it may be shown.
    pub fn index(&self) -> String {
        let said = self.uv_index().or_else(|| self.pip.get("index-url").cloned());
        shown(said.as_deref().unwrap_or(INDEX))
    }

    /// The registry of npm packages, as it may be shown.
    pub fn registry(&self) -> String {
        let said = self.own.iter().find(|(name, _)| name.to_string_lossy().eq_ignore_ascii_case("npm_config_registry"));
        shown(&said.map_or_else(|| REGISTRY.to_owned(), |(_, value)| value.to_string_lossy().into_owned()))
    }

    /// Whether downloads are kept where the person keeps them, so that they tell nothing about this work.
    pub fn has_own_uv_cache(&self) -> bool {
        self.own.contains_key(OsStr::new("UV_CACHE_DIR"))
    }

    /// Credentials that may turn up in words of tools: of indexes, proxies, registries and of these requirements.
    pub fn secrets(&self, requirements: &[String]) -> Vec<String> {
        let values = self.plain.values().chain(self.own.values()).map(|value| value.to_string_lossy().into_owned());
        let texts = values.chain(self.pip.values().cloned()).chain(requirements.iter().cloned());
        let mut secrets: Vec<String> = texts.flat_map(|text| credentials(&text)).collect();
        for (name, value) in &self.own {
            if ["PASSWORD", "TOKEN"].iter().any(|end| name.to_string_lossy().to_uppercase().ends_with(end)) {
                secrets.push(value.to_string_lossy().into_owned());
            }
        }
        // A short one would take words apart that have nothing to do with it.
        secrets.retain(|secret| secret.len() >= 4);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        secrets
    }
}

/// Whether a variable goes to every program: none that redirects Python, pip, uv, npm or Node.js.
fn is_plain(name: &str) -> bool {
    let redirects = ["PIP_", "UV_", "PYTHON", "CONDA_"].iter().any(|start| name.starts_with(start));
    let known = ["VIRTUAL_ENV", "NODE_PATH", "NODE_ENV", "RUST_LOG", "TMPDIR"].contains(&name);
    !(redirects || known || name.to_lowercase().starts_with("npm_"))
}

fn is_npm(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.strip_prefix("npm_config_").is_some_and(|rest| NPM.contains(&rest.replace('-', "_").as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)], files: &[&str]) -> Settings {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Settings::of(&variables, files, Path::new("/srv/trial/cache"))
    }

    fn value(variables: &Variables, name: &str) -> Option<String> {
        variables.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned())
    }

    #[test]
    fn what_pip_was_told_is_told_to_uv() {
        let file = "[global]\nindex-url = https://ada:hunter2@mirror/simple\ntrusted-host = mirror\n  other\n[install]\nextra-index-url =\n    https://a/simple\n    https://b/simple\n";
        let settings = settings(&[("PIP_CERT", "/etc/company.pem"), ("PIP_PROXY", "http://proxy:3128")], &[file]);
        let uv = settings.uv();
        for (name, expected) in [
            ("UV_DEFAULT_INDEX", "https://ada:hunter2@mirror/simple"),
            ("UV_INDEX", "https://a/simple https://b/simple"),
            ("UV_INDEX_STRATEGY", "unsafe-best-match"),
            ("UV_INSECURE_HOST", "mirror other"),
            ("SSL_CERT_FILE", "/etc/company.pem"),
            ("HTTPS_PROXY", "http://proxy:3128"),
            ("UV_CACHE_DIR", "/srv/trial/cache/uv"),
        ] {
            assert_eq!(value(&uv, name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(settings.index(), "https://mirror/simple");
        assert_eq!(
            value(&settings.npm(Path::new("/usr/bin/node")), "NODE_EXTRA_CA_CERTS").unwrap(),
            "/etc/company.pem"
        );
    }

    #[test]
    fn what_uv_was_told_stands_and_reaches_pip() {
        let said = [
            ("UV_DEFAULT_INDEX", "inside=https://u/simple"),
            ("PIP_INDEX_URL", "https://p/simple"),
            ("UV_CACHE_DIR", "/c"),
        ];
        let both = settings(&said, &[]);
        assert_eq!(value(&both.uv(), "UV_DEFAULT_INDEX").unwrap(), "inside=https://u/simple");
        assert_eq!(value(&both.pip(), "PIP_INDEX_URL").unwrap(), "https://p/simple");
        assert!(both.has_own_uv_cache());
        assert_eq!(value(&settings(&said[..1], &[]).pip(), "PIP_INDEX_URL").unwrap(), "https://u/simple");
    }

    #[test]
    fn nothing_leads_packages_elsewhere() {
        let settings = settings(
            &[
                ("PIP_TARGET", "/elsewhere"),
                ("PIP_USER", "1"),
                ("UV_SYSTEM_PYTHON", "1"),
                ("UV_NO_VERIFY_HASHES", "1"),
                ("PYTHONPATH", "/elsewhere"),
                ("VIRTUAL_ENV", "/elsewhere"),
                ("npm_config_prefix", "/elsewhere"),
                ("NPM_CONFIG_REGISTRY", "https://ada:hunter2@npm.mirror/x"),
                ("PATH", "/usr/bin"),
            ],
            &["[install]\ntarget = /elsewhere\nuser = true\n"],
        );
        let npm = settings.npm(Path::new("/opt/node/bin/node"));
        for variables in [settings.uv(), settings.pip(), npm.clone()] {
            assert!(variables.values().all(|value| value != "/elsewhere"), "{variables:?}");
            assert!(!variables.contains_key(OsStr::new("UV_NO_VERIFY_HASHES")));
        }
        assert_eq!(value(&npm, "PATH").unwrap(), "/opt/node/bin:/usr/bin");
        assert_eq!(settings.registry(), "https://npm.mirror/x");
    }

    #[test]
    fn credentials_are_known_in_every_spelling() {
        let settings = settings(
            &[
                ("PIP_INDEX_URL", "https://ada:p%40ssword@mirror/simple"),
                ("HTTPS_PROXY", "http://bob:hunter2@proxy:1"),
                ("UV_INDEX_INSIDE_PASSWORD", "swordfish"),
            ],
            &[],
        );
        let secrets = settings.secrets(&["x @ git+https://t0ken@git/x".to_owned()]);
        for secret in ["ada:p%40ssword", "p%40ssword", "p@ssword", "hunter2", "swordfish", "t0ken"] {
            assert!(secrets.iter().any(|known| known == secret), "{secret}: {secrets:?}");
        }
    }
}
