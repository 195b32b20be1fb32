//! The only file that knows the YAML crate. Writes YAML that helm reads back as the same strings (`no`, `on`, `1_000`
//! and dates are quoted), reads it strictly, and never shows a line of the file in an error: it may hold a secret.
use serde::{Serialize, de::DeserializeOwned};

/// Why a text is not the YAML that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// Line, from 1, if known.
    pub line: Option<u64>,
    /// Column, from 1, if known.
    pub column: Option<u64>,
    /// What is wrong, without any text of the file around it.
    pub message: String,
}

/// Reads a whole document into a typed value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let location = error.location();
        YamlError {
            line: location.map(|at| at.line()),
            column: location.map(|at| at.column()),
            message: error.without_snippet().to_string(),
        }
    })
}

/// Writes a value as a YAML document.
pub fn write<T: Serialize>(value: &T) -> Result<String, YamlError> {
    serde_saphyr::to_string(value).map_err(|error| YamlError { line: None, column: None, message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_yaml_1_1_would_change_are_quoted() {
        for word in
            ["no", "yes", "on", "off", "y", "n", "NO", "1_000", "12:30:45", "2026-01-01", "0.2", "1e3", "~", "null", ""]
        {
            let text = write(&std::collections::BTreeMap::from([("key", word)])).unwrap();
            let bare = format!("key: {word}\n");
            assert_ne!(text, bare, "{word} must be quoted");
        }
    }
}
