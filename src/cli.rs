//! The command line's types. Must not know what the commands do.
