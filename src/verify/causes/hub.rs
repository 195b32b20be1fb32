//! Why hub fails.
