//! Words of a command line as a shell reads them. Must not know any command.

use super::tree::TargetKind;

/// The flags that name a deployment.
pub fn flags(kind: TargetKind, context: Option<&str>, name: &str) -> String {
    let name = quoted(name);
    match (kind, context) {
        (TargetKind::ThisMachine, _) => format!("--this-machine -n {name}"),
        (TargetKind::Kubernetes, Some(context)) => format!("--context {} -n {name}", quoted(context)),
        (TargetKind::Kubernetes, None) => format!("-n {name}"),
    }
}

/// A word as a shell reads it back. Contexts of cloud providers hold `:`, `/` and `@`; some hold blanks.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
