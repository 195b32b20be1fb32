//! The full-screen front end: edits a [`Draft`](crate::answers::draft::Draft) and watches the events of a run. Pure up to
//! [`terminal`]: keys and news go in, a picture and [`Wish`](wish::Wish)es come out, so that all of it runs in tests.
//! Must not know any driver, nor hold a rule or a wording of its own: questions come from the registry, sentences from
//! [`message`](super::message).
pub mod app;
pub mod demo;
pub mod follow;
mod input;
pub mod keys;
mod overlay;
pub(in crate::front) mod reporting;
pub mod screen;
pub(in crate::front) mod screens;
pub mod screenshot;
pub mod shared;
pub mod terminal;
mod text;
pub mod theme;
mod window;
pub mod wish;
