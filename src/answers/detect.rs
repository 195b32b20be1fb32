//! What a look at the cluster says about answers that nobody gave. Must not look: facts come in as an argument.
//!
//! What the cluster chooses by itself (its default classes) stays unsaid: written into a claim it could not follow when the
//! default changes, as a claim's class cannot be changed. Where the cluster would choose nothing, the only one there is is
//! taken.
use super::facts::Facts;

/// One answer that the cluster gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// Key of the answer.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// Why this one, in a few words.
    pub why: &'static str,
}

/// Everything that the facts answer.
pub fn detect(facts: &Facts) -> Vec<Detected> {
    let storage = only(facts.storage_classes.iter().map(|class| (&class.name, class.default)));
    let ingress = only(facts.ingress_classes.iter().map(|class| (&class.name, class.default)));
    let no = "false".to_owned();
    let detected = |key, name: Option<&String>, why| name.map(|name| Detected { key, value: name.clone(), why });
    [
        detected("storage.class", storage, "the only storage class"),
        detected("storage.database-class", storage, "the only storage class"),
        detected("access.ingress-class", ingress, "the only ingress class"),
        detected(
            "charts.operator",
            facts.ray_operator.as_ref().map(|_| &no),
            "another KubeRay operator is here already",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The only one, if it is not the default anyway.
fn only<'a>(mut classes: impl Iterator<Item = (&'a String, bool)>) -> Option<&'a String> {
    match (classes.next(), classes.next()) {
        (Some((name, false)), None) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{
        facts::StorageClassFact,
        layers::{Layers, Origin},
    };

    fn facts(classes: &[(&str, bool)]) -> Facts {
        let class = |(name, default): &(&str, bool)| StorageClassFact {
            name: (*name).to_owned(),
            default: *default,
            ..StorageClassFact::default()
        };
        Facts { storage_classes: classes.iter().map(class).collect(), ..Facts::default() }
    }

    #[test]
    fn the_only_class_is_taken_where_the_cluster_would_choose_none() {
        let keys = |classes: &[(&str, bool)]| detect(&facts(classes)).iter().map(|found| found.key).collect::<Vec<_>>();
        assert_eq!(keys(&[("a", false)]), ["storage.class", "storage.database-class"]);
        for unclear in [&[("a", true)][..], &[("a", false), ("b", false)], &[("a", false), ("b", true)], &[]] {
            assert_eq!(keys(unclear), Vec::<&str>::new(), "{unclear:?}");
        }
    }

    #[test]
    fn an_operator_that_is_there_already_is_used() {
        let found = detect(&Facts { ray_operator: Some("ray-system".to_owned()), ..Facts::default() });
        let [operator] = found.as_slice() else { panic!("{found:?}") };
        let mut layers = Layers::new();
        layers.detected(operator.key, &operator.value).unwrap();
        assert_eq!((operator.key, layers.merged().charts.operator), ("charts.operator", Some(false)));
    }

    #[test]
    fn what_anybody_said_wins_over_what_was_detected() {
        let mut layers = Layers::new();
        layers.set(Origin::Preset("a".to_owned()), "storage.class", "fast").unwrap();
        for found in detect(&facts(&[("slow", false)])) {
            layers.detected(found.key, &found.value).unwrap();
        }
        let storage = layers.merged().storage;
        assert_eq!((storage.class.as_deref(), storage.database_class.as_deref()), (Some("fast"), Some("slow")));
        assert_eq!(layers.origin("storage.class"), Origin::Preset("a".to_owned()));
        assert_eq!(layers.origin("storage.database-class"), Origin::Detected);
    }
}
