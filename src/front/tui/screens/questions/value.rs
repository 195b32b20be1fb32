//! The value of a field in words, and what its Left and Right lead to. Must not know how it is drawn.
use serde_json::Value;

use crate::{
    answers::{
        draft::Field,
        kept::{Kept, NOT_KEPT},
        layers::Origin,
        question::Kind,
    },
    front::wizard::shared::Shared,
    plan::components::secrets::GENERATED,
};

/// The value as a form shows it; empty: there is none.
pub fn words(field: &Field) -> String {
    match (field.kind, &field.value) {
        (Kind::Bool, Value::Bool(true)) => "yes".to_owned(),
        (Kind::Bool, Value::Bool(false)) => "no".to_owned(),
        (Kind::Secret, Value::String(reference)) => secret(reference, &field.origin),
        _ => field.text(),
    }
}

/// Where a secret is kept, in words. What others than the person said to be typed may be in the target already.
fn secret(reference: &str, said_by: &Origin) -> String {
    let rest = |kept: Kept| kept.text(reference);
    match Kept::of(reference) {
        Some(Kept::Typed) if *said_by == Origin::Typed => "typed, kept in memory only".to_owned(),
        Some(Kept::Typed) => "asked for, unless the target holds it".to_owned(),
        Some(kept @ Kept::Env) => format!("from env {}", rest(kept)),
        Some(kept @ Kept::File) => format!("from file {}", rest(kept)),
        Some(kept @ Kept::Command) => format!("from command {}", rest(kept)),
        Some(kept @ Kept::Cluster) if rest(kept).starts_with(GENERATED) => "made up by hubwright".to_owned(),
        Some(kept @ Kept::Cluster) => format!("from Secret {}", rest(kept)),
        None => String::new(),
    }
}

/// What stands where there is no value.
pub fn absent(field: &Field) -> String {
    match field.required {
        _ if !field.relevant => String::new(),
        true => "(needs an answer)".to_owned(),
        false => format!("({})", field.unsaid),
    }
}

/// What is wrong with a field. That an answer is missing is none: it stands in its place; why, if something was said, is one.
/// What the person typed for a secret is gone where it was for another answer since.
pub fn problem(field: &Field, shared: &Shared) -> Option<String> {
    let text = field.text();
    let typed = matches!(field.kind, Kind::Secret) && field.origin == Origin::Typed;
    let forgotten = |label: &str| !shared.secrets.contains_key(label);
    match text.strip_prefix(Kept::Typed.way().scheme) {
        _ if !field.relevant || (field.required && text.is_empty() && !field.refused) => None,
        Some(label) if typed && field.problem.is_none() && forgotten(label) => Some(NOT_KEPT.to_owned()),
        _ => field.problem.clone(),
    }
}

/// The values that are offered for a field.
pub fn values(field: &Field) -> Vec<String> {
    field.offers.iter().map(|offer| offer.value.clone()).collect()
}

/// What it would be one step on, or back; `None`: it does not go in steps.
pub fn step(field: &Field, forward: bool) -> Option<String> {
    match field.kind {
        Kind::Int { min, max } => Some(number(field, min, max, forward)),
        Kind::Quantity => quantity(&field.text(), forward),
        Kind::Choice(_) | Kind::Bool | Kind::Text => beside(field, forward),
        _ => None,
    }
}

/// The offer beside the value, round and round; without one of them the suggested one, else the first.
fn beside(field: &Field, forward: bool) -> Option<String> {
    let (offers, value) = (&field.offers, field.text());
    let place = |value: &str| offers.iter().position(|offer| offer.value == value);
    let next = match place(&value) {
        Some(at) if forward => (at + 1) % offers.len().max(1),
        Some(at) => at.checked_sub(1).unwrap_or(offers.len().saturating_sub(1)),
        None => field.suggested.and_then(place).unwrap_or_default(),
    };
    offers.get(next).map(|offer| offer.value.clone())
}

fn number(field: &Field, min: i64, max: i64, forward: bool) -> String {
    let by = if forward { 1 } else { -1 };
    let next = field.value.as_i64().map_or(min, |value| value.saturating_add(by));
    next.clamp(min, max).to_string()
}

/// A whole number of the same unit, more or less by one, or by a tenth of a core; never none.
fn quantity(text: &str, forward: bool) -> Option<String> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok().filter(|_| !unit.contains('.'))?;
    let by = if unit == "m" { 100 } else { 1 };
    let next = if forward { number.saturating_add(by) } else { number.saturating_sub(by) };
    Some(format!("{}{unit}", if next == 0 { number } else { next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_go_in_steps_of_their_unit_and_never_to_nothing() {
        assert_eq!(quantity("4Gi", true).as_deref(), Some("5Gi"));
        assert_eq!(quantity("1", false).as_deref(), Some("1"));
        assert_eq!(quantity("500m", false).as_deref(), Some("400m"));
        assert_eq!(quantity("1.5Gi", true), None);
        assert_eq!(quantity("", true), None);
    }

    #[test]
    fn a_secret_is_told_by_where_it_is_kept() {
        let typed = |reference| secret(reference, &Origin::Typed);
        assert_eq!(typed("env:AZURE_SECRET"), "from env AZURE_SECRET");
        assert_eq!(typed("ask:login.client-secret"), "typed, kept in memory only");
        assert_eq!(secret("ask:hub", &Origin::Kept), "asked for, unless the target holds it");
        assert_eq!(typed("secret:hubwright-generated/dummy-password"), "made up by hubwright");
    }
}
