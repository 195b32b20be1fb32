//! How a secret can be given: typed, or by a reference to where it is kept, with the words that tell a person so. The first is
//! kept in memory only, behind a reference `ask:KEY`. Must not hold a secret, nor know how a way is offered.
use super::tree::TargetKind;

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

/// What a person is told about a way to give a secret.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Which.
    pub kept: Kept,
    /// What its references begin with.
    pub scheme: &'static str,
    /// What follows there: `NAME`. Empty: nothing that a person writes.
    pub rest: &'static str,
    /// What it is.
    pub name: &'static str,
    /// A line about it.
    pub words: &'static str,
    /// What its field takes.
    pub wants: &'static str,
}

/// What is wrong with the answer of a secret that was typed, and is gone with the program it was typed into.
pub const NOT_KEPT: &str = "was typed and is not kept: type it again";

const TYPED: Way = Way {
    kept: Kept::Typed,
    scheme: "ask:",
    rest: "",
    name: "type or paste it",
    words: "kept in memory only, until it is in the target",
    wants: "the secret itself",
};

const WAYS: &[Way] = &[
    TYPED,
    Way {
        kept: Kept::Env,
        scheme: "env:",
        rest: "NAME",
        name: "environment variable",
        words: "of the shell that runs hubwright",
        wants: "name of the variable",
    },
    Way {
        kept: Kept::File,
        scheme: "file:",
        rest: "/path",
        name: "file",
        words: "read whole, without the newline at its end",
        wants: "path of the file",
    },
    Way {
        kept: Kept::Command,
        scheme: "command:",
        rest: "PROGRAM",
        name: "command",
        words: "what it prints, such as that of `pass show hub`",
        wants: "the command line",
    },
    Way {
        kept: Kept::Cluster,
        scheme: "secret:",
        rest: "NAME/KEY",
        name: "Secret in the cluster",
        words: "in the deployment's own namespace",
        wants: "`NAME/KEY` of the Secret",
    },
];

/// The ways that a target has.
pub fn ways(on: TargetKind) -> impl Iterator<Item = &'static Way> {
    WAYS.iter().filter(move |way| on == TargetKind::Kubernetes || way.kept != Kept::Cluster)
}

impl Kept {
    /// What a person is told about it.
    pub fn way(self) -> &'static Way {
        WAYS.iter().find(|way| way.kept == self).unwrap_or(&TYPED)
    }

    /// The way of a reference.
    pub fn of(reference: &str) -> Option<Self> {
        WAYS.iter().find(|way| reference.starts_with(way.scheme)).map(|way| way.kept)
    }

    /// The text that a field begins with: of a reference of this way what follows its scheme, and never a secret.
    pub fn text(self, reference: &str) -> String {
        match self {
            Self::Typed => String::new(),
            _ => reference.strip_prefix(self.way().scheme).unwrap_or_default().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::secret::SecretRef;

    #[test]
    fn references_are_taken_apart_and_typed_ones_are_not_shown() {
        assert_eq!(Kept::of("env:AZURE_SECRET"), Some(Kept::Env));
        assert_eq!(Kept::Env.text("env:AZURE_SECRET"), "AZURE_SECRET");
        assert_eq!(Kept::File.text("env:AZURE_SECRET"), "");
        assert_eq!(Kept::Typed.text("ask:login.client-secret"), "");
    }

    #[test]
    fn a_cluster_keeps_no_secrets_of_this_machine() {
        assert_eq!(ways(TargetKind::Kubernetes).count(), 5);
        assert!(ways(TargetKind::ThisMachine).all(|way| way.kept != Kept::Cluster));
    }

    #[test]
    fn what_a_person_is_told_to_write_is_a_reference() {
        for way in ways(TargetKind::Kubernetes).filter(|way| way.kept != Kept::Typed) {
            let written = format!("{}{}", way.scheme, way.rest);
            assert!(written.parse::<SecretRef>().is_ok(), "{written}");
            assert_eq!(Kept::of(&written), Some(way.kept));
        }
    }
}
