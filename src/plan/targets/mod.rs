//! What differs per target. One file per target, one line here and one arm in `plan::build`.
//! Must not know any component's values.
pub mod kubernetes;
