//! PURE. Objects of a cluster -> a verdict, and for what is stuck a finding in plain English.
//! Must not know how objects are fetched, nor any clock: the time comes in as an argument.
pub mod objects;
pub mod text;
pub mod verdict;
