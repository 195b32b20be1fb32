//! pip's settings, from its files and variables as pip itself reads them. Read here because a Python may come without
//! pip, and because not all of them may be heeded. Must not know of any other tool.
use std::{collections::BTreeMap, ffi::OsStr, fs, path::PathBuf};

use super::Variables;

/// Settings that say where packages come from and how they travel.
const KNOWN: &[&str] = &[
    "cache-dir",
    "cert",
    "client-cert",
    "extra-index-url",
    "find-links",
    "index-url",
    "keyring-provider",
    "no-index",
    "proxy",
    "retries",
    "timeout",
    "trusted-host",
];

/// Texts of pip's files, those last that override others.
pub fn files(variables: &Variables) -> Vec<String> {
    let of = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = of("PIP_CONFIG_FILE");
    if named.as_deref() == Some(std::path::Path::new("/dev/null")) {
        return Vec::new();
    }
    let home = of("HOME");
    let config = of("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    let shared = variables.get(OsStr::new("XDG_CONFIG_DIRS")).cloned().unwrap_or_else(|| "/etc/xdg".into());
    let shared: Vec<PathBuf> = std::env::split_paths(&shared).map(|folder| folder.join("pip/pip.conf")).collect();
    let places = shared
        .into_iter()
        .chain([PathBuf::from("/etc/pip.conf")])
        .chain(home.map(|home| home.join(".pip/pip.conf")))
        .chain(config.map(|config| config.join("pip/pip.conf")))
        .chain(named);
    places.filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// Settings by their long names. Variables override files, and the section `[install]` overrides `[global]`.
pub fn settings(files: &[&str], variables: &Variables) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for section in ["global", "install"] {
        for file in files {
            found.extend(section_of(file, section));
        }
    }
    for (name, value) in variables {
        let Some(name) = name.to_str().and_then(|name| name.strip_prefix("PIP_")) else { continue };
        found.insert(long(name), value.to_string_lossy().into_owned());
    }
    found.retain(|name, value| KNOWN.contains(&name.as_str()) && !value.is_empty());
    found
}

/// `DEFAULT_TIMEOUT` and `default_timeout` are `timeout`.
fn long(name: &str) -> String {
    let name = name.trim().to_lowercase().replace('_', "-");
    match name.as_str() {
        "default-timeout" => "timeout".to_owned(),
        "pypi-url" | "i" => "index-url".to_owned(),
        _ => name,
    }
}

/// One section of an INI file: `key = value` or `key: value`, further lines of a value are indented.
fn section_of(file: &str, section: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let (mut inside, mut last) = (false, None);
    for line in file.lines() {
        let text = line.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            (inside, last) = (name.trim() == section, None);
        } else if line.starts_with([' ', '\t'])
            && let Some(value) = last.as_ref().and_then(|key| found.get_mut(key))
        {
            value.push(' ');
            value.push_str(text);
        } else if let Some((key, value)) = text.split_once(['=', ':']).filter(|_| inside) {
            let key = long(key);
            found.insert(key.clone(), value.trim().to_owned());
            last = Some(key);
        }
    }
    found.values_mut().for_each(|value| *value = value.trim().to_owned());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_files_and_variables_override_in_pips_order() {
        let system = "[global]\nindex-url: https://a\ntimeout = 5\n# index-url = https://no\n";
        let user = "[global]\nindex_url = https://b\n[install]\nextra-index-url =\n  https://c\n  https://d\n[download]\ntimeout = 9\n";
        let variables = Variables::from([("PIP_DEFAULT_TIMEOUT".into(), "7".into()), ("PIP_CERT".into(), "".into())]);
        let found = settings(&[system, user], &variables);
        let expected = [("extra-index-url", "https://c https://d"), ("index-url", "https://b"), ("timeout", "7")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
