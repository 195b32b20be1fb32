//! What an installation would do: looked at, planned and checked, without changing anything. Must not show it.
use super::contacts::Contacts;
use crate::{
    front::tui::wish::{Intent, Preview},
    problem::Problem,
};

/// Looks, plans and checks.
pub async fn preview(_intent: &Intent, _contacts: &Contacts) -> Result<Preview, Vec<Problem>> {
    Err(Vec::new())
}
