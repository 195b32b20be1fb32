//! Commands that somebody else's preset would run here: shown, and asked for, before any of them is run.
//! Must not run them.
use std::io::Write;

use super::tell;
use crate::{
    answers::{commands, layers::Layers},
    front::plain::{Answer, confirm},
    problem::Problem,
};

/// Shows a preset's commands and asks whether they may be run. `yes`: the person said so beforehand.
pub fn allow_commands(layers: &Layers, yes: bool) -> Result<Answer, Vec<Problem>> {
    let found = commands::foreign(layers);
    if found.is_empty() {
        return Ok(Answer::Yes);
    }
    tell("to get secrets, these commands of presets would be run on this machine:");
    for command in &found {
        // Not folded: a command must be seen as it is.
        let _ = writeln!(std::io::stderr(), "  {}   ({} of {})", command.shown(), command.key, command.preset);
    }
    if yes {
        return Ok(Answer::Yes);
    }
    confirm("Run these commands on this machine?", "--yes").map_err(|problem| vec![problem])
}
