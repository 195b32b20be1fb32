//! `SecretRef`: where a secret is kept. A name, never the value, so it may stand in presets, journals and logs.
//! Must not know how a reference is resolved; `run::ports::Secrets` does that.
use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// A reference to a secret, written `env:NAME`, `file:/path`, `command:pass show hub`, `secret:name/key` or `ask:LABEL`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(with = "String", inline)]
pub enum SecretRef {
    /// An environment variable of the machine that runs hubwright.
    Env(String),
    /// A file, read whole, one trailing newline removed.
    File(String),
    /// A command line, split like a shell would split words but run without a shell; its standard output.
    Command(String),
    /// A Secret in the deployment's own namespace, and a key in it.
    Kubernetes {
        /// Name of the Secret object.
        name: String,
        /// Key in its `data`.
        key: String,
    },
    /// What a person types when it is needed, known by this label, usually the key of the answer. It is kept in the target
    /// alone.
    Ask(String),
}

/// What is wrong with the text of a secret reference. Never repeats the text: it may be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a reference `env:NAME`, `file:/path`, `command:…`, `secret:name/key` or `ask:LABEL`, not the secret itself"
)]
pub struct NotAReference;

impl FromStr for SecretRef {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let (scheme, rest) = text.split_once(':').ok_or(NotAReference)?;
        if rest.trim().is_empty() {
            return Err(NotAReference);
        }
        match scheme {
            "env" if is_variable(rest) => Ok(Self::Env(rest.to_owned())),
            "file" => Ok(Self::File(rest.to_owned())),
            "command" => Ok(Self::Command(rest.to_owned())),
            "ask" => Ok(Self::Ask(rest.to_owned())),
            "secret" => match rest.split_once('/') {
                Some((name, key)) if !name.is_empty() && !key.is_empty() => {
                    Ok(Self::Kubernetes { name: name.to_owned(), key: key.to_owned() })
                }
                _ => Err(NotAReference),
            },
            _ => Err(NotAReference),
        }
    }
}

/// A secret as somebody typed or pasted it: blanks and ends of lines around it are none of it. `None`: nothing is left.
pub fn typed(text: &str) -> Option<SecretString> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(SecretString::from)
}

/// Whether a text can be the name of a variable: a secret that was put in its place mostly cannot.
fn is_variable(name: &str) -> bool {
    let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(word) && !name.starts_with(|letter: char| letter.is_ascii_digit())
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Command(line) => write!(f, "command:{line}"),
            Self::Kubernetes { name, key } => write!(f, "secret:{name}/{key}"),
            Self::Ask(label) => write!(f, "ask:{label}"),
        }
    }
}

impl Serialize for SecretRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
