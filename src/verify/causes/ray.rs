//! Why ray fails.
