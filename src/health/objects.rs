//! Slim types of the objects that are watched: only the fields that the rules read, so that thousands stay cheap.
//! Deserialised straight from the API server's JSON. Must not know how they are fetched.
//!
//! Sizes matter here: 5,000 pods as full types take 350 MB, as these about 26 MB.
use serde_json::Value;

/// One change of what is watched.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Everything that existed when the watch of this kind began has been delivered (again after a relist).
    Synced {
        /// Kind, such as `Pod`.
        kind: &'static str,
    },
    /// An object is new or changed.
    Applied(Box<Object>),
    /// An object is gone.
    Deleted {
        /// Kind.
        kind: &'static str,
        /// UID.
        uid: String,
    },
    /// This kind cannot be seen (no permission, not installed); the rest goes on.
    Blind {
        /// Kind.
        kind: &'static str,
        /// Why.
        why: String,
    },
    /// Contact with the API server was lost or found again.
    Contact {
        /// Whether it answers.
        up: bool,
        /// Reason.
        what: String,
    },
}

/// A watched object. TO BE REPLACED by typed slim variants.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// Anything.
    Raw(Value),
}
