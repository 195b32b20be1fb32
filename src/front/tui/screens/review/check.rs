//! First part: what stands in the way, what a person should know, and the beginning.
use ratatui::text::Span;

use super::{
    checked::Standing,
    files,
    row::{Does, Row, beside, folded},
    seen::Seen,
    start,
};
use crate::{
    answers::invalid::Invalid,
    front::{
        tui::theme::Role,
        wizard::{review, wish::Preview},
    },
    problem::Problem,
};

/// Its rows.
pub fn rows(seen: &Seen<'_>) -> Vec<Row> {
    let mut rows = match seen.review.checked.standing(seen.shared) {
        Standing::Incomplete => incomplete(seen),
        Standing::Checking => {
            let words =
                format!(" {} checking against the target {}", seen.theme.glyphs.wait, seen.theme.glyphs.ellipsis);
            vec![Row::text(words, seen.theme.style(Role::Wait))]
        }
        Standing::Failed => failed(seen),
        Standing::Checked => seen.preview().map(|preview| checked(seen, preview)).unwrap_or_default(),
    };
    rows.push(Row::empty());
    rows.extend(beginning(seen));
    rows
}

fn heading(seen: &Seen<'_>, good: bool, words: &str) -> Row {
    let glyphs = seen.theme.glyphs;
    let (glyph, role) = if good { (glyphs.ok, Role::Ok) } else { (glyphs.bad, Role::Bad) };
    Row::text(format!(" {glyph} {words}"), seen.theme.style(role))
}

fn incomplete(seen: &Seen<'_>) -> Vec<Row> {
    let wrong: Vec<Problem> = seen.shared.draft.problems().iter().map(|invalid| unanswered(seen, invalid)).collect();
    let mut rows = vec![heading(seen, false, &review::unanswered(wrong.len()))];
    rows.extend(problems(seen, &wrong, true));
    rows
}

/// An answer that is missing or wrong, called as its form calls it.
fn unanswered(seen: &Seen<'_>, invalid: &Invalid) -> Problem {
    let mut problem = Problem::new("invalid-answer", seen.shared.draft.told(invalid, &invalid.message));
    problem.hints.extend(invalid.advice().map(str::to_owned));
    Problem { detail: invalid.said_in(), at: invalid.key.clone(), ..problem }
}

/// What of it follows from the answers alone is seen all the same.
fn failed(seen: &Seen<'_>) -> Vec<Row> {
    let mut rows = vec![heading(seen, false, "it could not be checked")];
    rows.extend(problems(seen, seen.review.checked.problems(seen.shared), true));
    if let Some(preview) = seen.preview() {
        rows.extend(problems(seen, &preview.warnings, false));
        rows.push(Row::empty());
        let words = "Steps and Files show what follows from the answers alone";
        rows.extend(folded(words, "", 1, seen.width, seen.theme.style(Role::Plain), &Does::Nothing));
    }
    rows
}

fn checked(seen: &Seen<'_>, preview: &Preview) -> Vec<Row> {
    let mut rows = match preview.problems.len() {
        0 => vec![heading(seen, true, "checked: nothing stands in the way")],
        1 => vec![heading(seen, false, "1 thing stands in the way")],
        more => vec![heading(seen, false, &format!("{more} things stand in the way"))],
    };
    rows.extend(problems(seen, &preview.problems, true));
    rows.extend(problems(seen, &preview.warnings, false));
    rows.push(Row::empty());
    rows.extend(folded(
        &review::what(preview, seen.shared.verify),
        "",
        1,
        seen.width,
        seen.theme.style(Role::Title),
        &Does::Nothing,
    ));
    let changes = files::summary(&seen.review.checked.diffs);
    rows.push(Row::text(format!(" {changes}"), seen.theme.style(Role::Plain)));
    rows.extend(
        preview
            .helm
            .iter()
            .map(|helm| Row::text(format!(" downloads {helm}, which is missing here"), seen.theme.style(Role::Plain))),
    );
    rows.extend(commands(seen, preview));
    rows
}

fn commands(seen: &Seen<'_>, preview: &Preview) -> Vec<Row> {
    let title = (!preview.commands.is_empty())
        .then(|| Row::text(" runs commands of presets here, to get secrets:", seen.theme.style(Role::Plain)));
    let lines = preview
        .commands
        .iter()
        .flat_map(|command| folded(command, "", 4, seen.width, seen.theme.style(Role::Value), &Does::Nothing));
    title.into_iter().chain(lines).collect()
}

fn problems(seen: &Seen<'_>, problems: &[Problem], bad: bool) -> Vec<Row> {
    problems.iter().flat_map(|problem| one(seen, problem, bad)).collect()
}

fn one(seen: &Seen<'_>, problem: &Problem, bad: bool) -> Vec<Row> {
    let glyphs = seen.theme.glyphs;
    let (glyph, role) = if bad { (glyphs.bad, Role::Bad) } else { (glyphs.attention, Role::Wait) };
    let does = problem.at.clone().map_or(Does::Nothing, Does::Go);
    let plain = if bad { seen.theme.style(role) } else { seen.theme.style(Role::Plain) };
    let mut rows = folded(&problem.title, &format!("  {glyph} "), 4, seen.width, plain, &does);
    let quiet = seen.theme.style(Role::Quiet);
    if let Some(key) = problem.at.as_ref().filter(|_| seen.keyed) {
        beside(&mut rows, key, 4, seen.width, quiet);
    }
    let mut more = |words: &str, first: &str| rows.extend(folded(words, first, 6, seen.width, quiet, &Does::Nothing));
    problem.detail.iter().for_each(|detail| more(detail, ""));
    problem.hints.iter().for_each(|hint| more(hint, &format!("    {} ", glyphs.arrow)));
    rows
}

/// The button and the switch.
fn beginning(seen: &Seen<'_>) -> Vec<Row> {
    let mark = if seen.shared.verify { "x" } else { " " };
    let plain = seen.theme.style(Role::Plain);
    let switch = vec![Span::raw("  "), Span::styled(format!("[{mark}] verify afterwards"), plain)];
    let why = start::why_not(seen.review, seen.shared);
    let role = if why.is_some() { Role::Off } else { Role::Key };
    let button = vec![Span::raw("  "), Span::styled("[ Install ]", seen.theme.style(role))];
    let mut rows = vec![Row::new(button, Does::Start)];
    rows.extend(
        why.iter().flat_map(|why| folded(why, "", 6, seen.width, seen.theme.style(Role::Quiet), &Does::Nothing)),
    );
    rows.push(Row::new(switch, Does::Verify));
    rows
}
