//! Which state of a draft something was reckoned of. Must not know what was.
use std::sync::Arc;

/// Names one state of one draft: equal only for drafts between which nothing happened, so that they say the same about the same
/// facts. For whoever keeps what follows from a draft.
#[derive(Debug, Clone, Default)]
pub struct Revision(Arc<()>);

impl PartialEq for Revision {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Revision {}
