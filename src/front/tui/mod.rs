//! The full-screen front end: edits a [`Draft`](crate::answers::draft::Draft) and watches the events of a run. Pure up to
//! [`terminal`]: keys and news go in, a picture and [`Wish`](super::wizard::wish::Wish)es come out, so that all of it runs in tests.
//! Must not know any driver, nor hold a rule or a wording of its own: questions come from the registry, sentences from
//! [`message`](super::message).
pub mod app;
pub mod demo;
mod input;
pub mod keys;
mod overlay;
pub mod screen;
mod screens;
pub mod screenshot;
pub mod terminal;
mod text;
pub mod theme;
mod window;
