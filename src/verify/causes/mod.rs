//! Causes of failure in plain words, by whom they concern. A new one is a function or a row here, and the place that sees it.
//! Must not know how anything is tried.
pub mod dask;
pub mod hub;
pub mod network;
pub mod ray;
