//! What answers refer to as secrets; and of that, commands that a preset would have run on this machine, which somebody else
//! may have written. Must not run them, nor ask, nor look a secret up.
use super::{
    facts::Facts,
    layers::{Layers, Origin, complete},
    question::Kind,
    questions,
    secret::SecretRef,
    shipped,
};

/// A command, and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Key of the secret.
    pub key: &'static str,
    /// The command line as the preset has it.
    pub command: String,
    /// File of the preset.
    pub preset: String,
}

/// Commands of presets that the answers would have run. What a person typed or put into the environment is their own, and
/// shipped presets come with the program.
pub fn foreign(layers: &Layers) -> Vec<Foreign> {
    let foreign = references(layers).into_iter().filter_map(|(key, reference)| {
        let SecretRef::Command(command) = reference else { return None };
        let preset = match layers.origin(key) {
            Origin::Preset(preset) if shipped::find(&preset).is_none() => preset,
            Origin::Kept => "the unfinished setup".to_owned(),
            _ => return None,
        };
        Some(Foreign { key, command, preset })
    });
    foreign.collect()
}

/// References to secrets that matter with the other answers as they are, by key of their answer.
pub fn references(layers: &Layers) -> Vec<(&'static str, SecretRef)> {
    let answers = complete(&layers.merged(), &Facts::default());
    let secrets = questions::all().filter(|question| matches!(question.kind, Kind::Secret));
    let asked = secrets.filter(|question| question.matters(&answers, questions::target(&answers)));
    asked.filter_map(|question| Some((question.key, (question.at.get)(&answers).as_str()?.parse().ok()?))).collect()
}

impl Foreign {
    /// The whole command, whatever is in it: signs that cannot be seen, or that turn the text round, are written out.
    pub fn shown(&self) -> String {
        let sign = |c: char| match c {
            '"' | '\'' | '\\' => c.to_string(),
            c => c.escape_debug().to_string(),
        };
        self.command.chars().map(sign).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::preset;

    fn layers(name: &str) -> Layers {
        let text = "schema: 1\nlogin: {method: github, client-secret: \"command:pass 'a b' \\u202e\\e[2K\"}\nregistry: {password: 'command:rm x'}\n";
        let mut layers = Layers::new();
        layers.push_preset(name, preset::parse(text, name).unwrap());
        layers
    }

    #[test]
    fn a_presets_commands_are_named_where_they_would_run() {
        let found = foreign(&layers("mine.yaml"));
        assert_eq!(found.len(), 1, "no registry, no password of it: {found:?}");
        assert_eq!((found[0].key, found[0].preset.as_str()), ("login.client-secret", "mine.yaml"));
        assert_eq!(found[0].shown(), "pass 'a b' \\u{202e}\\u{1b}[2K");
    }

    #[test]
    fn what_the_person_typed_and_what_is_shipped_is_trusted() {
        assert_eq!(foreign(&layers("github")), []);
        for origin in [Origin::Set, Origin::Environment("HUBWRIGHT_LOGIN_CLIENT_SECRET".to_owned()), Origin::Typed] {
            let mut layers = layers("mine.yaml");
            layers.set(origin, "login.client-secret", "command:pass hub").unwrap();
            assert_eq!(foreign(&layers), []);
        }
    }
}
