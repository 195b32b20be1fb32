//! Ray: its client port and its jobs.

/// Jobs that were submitted.
#[derive(Debug, Default)]
pub struct Jobs;
