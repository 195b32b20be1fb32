//! hubwright turns a person's answers into a working, *verified* multi-user `JupyterHub` with Ray and Dask.
//!
//! ```text
//! front/ ─► answers/ ─► plan/ ─► run/ ─► drivers/ ─► helm, Kubernetes
//!    ▲        (pure)     (pure)    │                      │
//!    └──────── Event, RunState ◄───┴── health/ (pure) ◄── watch
//!                                  then verify/: Ray, Dask, notebook
//! ```
//!
//! `answers`, `plan` and `health` are pure rooms: no file, clock, process, environment or network. Only `drivers`
//! touches the world, only `front` and `main` print. `docs/architecture.md` says who may import whom.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::allow_attributes,
        reason = "a failed expectation is how a test fails"
    )
)]

pub mod answers;
pub mod health;
pub mod plan;
pub mod run;
pub mod verify;

#[expect(clippy::disallowed_methods, reason = "drivers are the only room that touches the world")]
pub mod drivers;

pub mod cli;
pub mod front;
pub mod problem;
#[expect(clippy::disallowed_methods, reason = "the composition root reads the environment and the terminal")]
pub mod runtime;
