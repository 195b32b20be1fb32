//! How a secret can be given: typed, or by a reference to where it is kept. The first is kept in memory only, behind a
//! reference `ask:KEY`. Must not hold a secret.
use super::picker::{Choice, Does};
use crate::answers::tree::TargetKind;

/// How a secret is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Typed or pasted now.
    Typed,
    /// An environment variable.
    Env,
    /// A file.
    File,
    /// The output of a command.
    Command,
    /// A Secret in the cluster.
    Cluster,
}

/// Scheme of a reference, words of the choice, what the field takes.
const WAYS: &[(Kept, &str, &str, &str, &str)] = &[
    (Kept::Typed, "ask:", "type or paste it", "kept in memory only, until it is in the target", "the secret itself"),
    (Kept::Env, "env:", "environment variable", "of the shell that runs hubwright", "name of the variable"),
    (Kept::File, "file:", "file", "read whole, without the newline at its end", "path of the file"),
    (Kept::Command, "command:", "command", "what it prints, such as that of `pass show hub`", "the command line"),
    (
        Kept::Cluster,
        "secret:",
        "Secret in the cluster",
        "in the deployment's own namespace",
        "`NAME/KEY` of the Secret",
    ),
];

impl Kept {
    fn line(self) -> Option<&'static (Self, &'static str, &'static str, &'static str, &'static str)> {
        WAYS.iter().find(|way| way.0 == self)
    }

    /// What its references begin with.
    pub fn scheme(self) -> &'static str {
        self.line().map_or("", |line| line.1)
    }

    /// What the field takes, in words.
    pub fn wants(self) -> &'static str {
        self.line().map_or("", |line| line.4)
    }

    /// The way of a reference.
    pub fn of(reference: &str) -> Option<Self> {
        WAYS.iter().find(|way| reference.starts_with(way.1)).map(|way| way.0)
    }

    /// The text that the field begins with: of a reference of this way what follows its scheme, and never a secret.
    pub fn text(self, reference: &str) -> String {
        match self {
            Self::Typed => String::new(),
            _ => reference.strip_prefix(self.scheme()).unwrap_or_default().to_owned(),
        }
    }
}

/// The ways that a target has.
pub fn choices(on: TargetKind) -> Vec<Choice> {
    let fits = |kept: &Kept| on == TargetKind::Kubernetes || *kept != Kept::Cluster;
    let choice = |(kept, _, name, words, _): &(Kept, &str, &str, &str, &str)| Choice {
        value: (*name).to_owned(),
        words: (*words).to_owned(),
        marked: false,
        does: Does::Kept(*kept),
    };
    WAYS.iter().filter(|line| fits(&line.0)).map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_and_typed_ones_are_not_shown() {
        assert_eq!(Kept::of("env:AZURE_SECRET"), Some(Kept::Env));
        assert_eq!(Kept::Env.text("env:AZURE_SECRET"), "AZURE_SECRET");
        assert_eq!(Kept::File.text("env:AZURE_SECRET"), "");
        assert_eq!(Kept::Typed.text("ask:login.client-secret"), "");
    }

    #[test]
    fn a_cluster_keeps_no_secrets_of_this_machine() {
        assert_eq!(choices(TargetKind::Kubernetes).len(), 5);
        assert!(choices(TargetKind::ThisMachine).iter().all(|choice| choice.does != Does::Kept(Kept::Cluster)));
    }
}
