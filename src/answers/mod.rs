//! PURE. What the person wants: the questions, their answers, where each answer came from, and the complete valid spec.
//! Must not know files, environment, clocks, clusters or any front end: texts come in as arguments.
//!
//! The way: texts become [`layers::Layers`] (who said what), merged [`tree::Answers`] become a [`spec::Spec`] through
//! [`resolve::resolve`], or a list of [`invalid::Invalid`]. [`questions`] holds every question once; [`preset`],
//! [`schema`] and [`explain`] are derived from it.
pub mod commands;
pub mod detect;
pub mod draft;
pub mod edit;
pub mod explain;
pub mod facts;
pub mod figures;
pub mod invalid;
pub mod kept;
pub mod layers;
mod offers;
pub mod preset;
pub mod preset_name;
pub mod quantity;
pub mod question;
pub mod questions;
pub mod resolve;
pub mod room;
mod rules;
pub mod schema;
pub mod secret;
pub mod shell;
pub mod shipped;
pub mod spec;
pub mod tree;
pub mod versions;
pub mod warn;
pub mod yaml;

#[cfg(test)]
mod tests;
