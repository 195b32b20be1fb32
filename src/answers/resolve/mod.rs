//! `resolve`: sparse answers become a complete valid [`Spec`], or the list of everything that is wrong.
//! Must not know who said an answer, nor any chart.
mod build;
mod combinations;
mod machine;

#[cfg(test)]
mod tests;

use super::{
    facts::Facts,
    invalid::Invalid,
    layers::{complete, fitting},
    question::Question,
    questions, rules,
    spec::Spec,
    tree::{Answers, TargetKind},
};

/// Leaves out what has no meaning on the target, fills in defaults, checks every answer and every combination, and builds
/// the spec.
pub fn resolve(answers: &Answers, facts: &Facts) -> Result<Spec, Vec<Invalid>> {
    let answers = complete(&fitting(answers), facts);
    let mut wrong = Vec::new();
    check_all(&answers, &mut wrong);
    combinations::check(&answers, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(build::spec(&answers))
}

/// The spec of answers that may be incomplete or wrong: what is missing is empty or nothing. For a picture of what was said so
/// far, never for a plan.
pub fn sketch(answers: &Answers, facts: &Facts) -> Spec {
    build::spec(&complete(&fitting(answers), facts))
}

fn check_all(answers: &Answers, wrong: &mut Vec<Invalid>) {
    let on = questions::target(answers);
    for question in questions::all() {
        check_one(question, answers, question.key, on, wrong);
    }
    for (index, pool) in answers.ray.pools.iter().flatten().enumerate() {
        for question in questions::POOL {
            check_one(question, pool, &format!("ray.pools[{index}].{}", question.key), on, wrong);
        }
    }
    for (index, profile) in answers.profiles.iter().flatten().enumerate() {
        for question in questions::PROFILE {
            check_one(question, profile, &format!("profiles[{index}].{}", question.key), on, wrong);
        }
    }
}

fn check_one<T>(question: &Question<T>, tree: &T, key: &str, on: TargetKind, wrong: &mut Vec<Invalid>) {
    if !question.matters(tree, on) {
        return;
    }
    let value = (question.at.get)(tree);
    let empty = value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_str().is_some_and(|text| text.trim().is_empty());
    if empty && (question.required)(tree) {
        wrong.push(missing(question, key));
    } else if let Err(error) = question.check(&value) {
        wrong.push(Invalid::at(key, error));
    }
}

fn missing<T>(question: &Question<T>, key: &str) -> Invalid {
    let example = match question.kind {
        super::question::Kind::Choice(choices) => choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("|"),
        super::question::Kind::Secret => "env:NAME".to_owned(),
        super::question::Kind::List => "ONE,TWO".to_owned(),
        kind => kind.name().to_uppercase().replace(' ', "-"),
    };
    Invalid::at(key, format!("needs an answer: {}", question.help))
        .hint(format!("`--set {key}={example}`, or say it in a preset"))
}

/// A name as a slug: lower case, digits and `-`, at most 40 characters.
fn slug(name: &str) -> String {
    let dashed: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
    let slug: String = parts.join("-").chars().take(40).collect();
    let slug = slug.trim_end_matches('-').to_owned();
    if slug.is_empty() || rules::is_label(&slug) { slug } else { format!("p-{slug}") }
}
