//! The connectivity ladder: proves from outside and from a real notebook that the hub, Ray and Dask work.
//!
//! ```text
//! height  0 parts  1 ports   2 HTTP   3 protocol   4 tasks   5 GPU   6 a real notebook
//!         ├─ the hub's public address ─┤
//!         ├─ hub ──────────────────────┼──────────────────────────────► server ─► versions ─┬► Ray
//!         ├─ Ray ───────────────────────────────────────────────────┘                       └► Dask
//!         └─ Dask ────────────────────────────────────────┘
//! ```
//!
//! The rungs stand in one table, [`rungs::TRACKS`] and [`rungs::NOTEBOOK`]; what is otherwise on this machine than in a cluster stands
//! in `place`. Works over `run::ports` and the network;
//! must not print, nor know any front end or driver.
mod causes;
mod certificate;
mod climb;
mod compare;
mod dask;
mod discover;
mod door;
mod hub;
mod place;
mod public;
mod ray;
mod rung;
pub mod rungs;
mod scene;
mod script;
mod sniff;
mod stuck;
mod web;

pub use climb::{address, climb, climb_rungs, ladder, part};
pub use discover::discover;
pub use rung::{Notes, Rung, Stop, Track};
pub use scene::Scene;
pub use stuck::look;

#[cfg(test)]
mod tests;
