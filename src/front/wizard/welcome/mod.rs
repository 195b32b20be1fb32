//! What there is to begin with: which lines, in which order, and what they say. Must not know how they look.
pub mod rows;
pub mod words;
