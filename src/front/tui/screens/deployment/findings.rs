//! What is wrong: the root cause in plain words, since and until when, what can be done here, and the raw words below. And, when
//! the run is over, how it ended. Must not know how causes are found.
use std::borrow::Cow;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{NOTHING, doing, pane::put, steps::between};
use crate::{
    front::{
        clock, message,
        tui::{
            text,
            theme::{Role, Theme},
        },
        wizard::{follow::Trouble, shared::Shared},
    },
    run::event::Outcome,
};

/// What is wrong, the root first: what keeps the run from beginning, then what holds it up.
pub fn troubles(shared: &Shared) -> Vec<Cow<'_, Trouble>> {
    let ended = shared.ended.iter().flat_map(|ended| &ended.problems).map(Trouble::problem).map(Cow::Owned);
    ended.chain(shared.run.troubles.iter().map(Cow::Borrowed)).collect()
}

/// A heading.
pub fn title(place: usize, all: usize, shared: &Shared) -> String {
    match all {
        0 if shared.ended.is_none() => "Stopping".to_owned(),
        0 => "How it ended".to_owned(),
        1 => "What is wrong".to_owned(),
        _ => format!("What is wrong, {} of {all}", place + 1),
    }
}

/// All lines, most important first; empty: there is nothing to say.
pub fn lines(trouble: Option<&Trouble>, shared: &Shared, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some((what, since)) = &shared.run.lost {
        let since = clock(between(*since, shared.now));
        lines.extend(wrapped(theme.glyphs.bad, &format!("no contact for {since}: {what}"), width, Role::Bad, theme));
    }
    if let Some(stopping) = shared.stopping() {
        let words = format!("{stopping}; Ctrl-C once more ends it at once");
        lines.extend(wrapped(theme.glyphs.wait, &words, width, Role::Wait, theme));
    }
    lines.extend(ending(shared, width, theme));
    if let Some(trouble) = trouble {
        lines.extend(wrapped(theme.glyphs.bad, trouble.title(), width, Role::Bad, theme));
        let about = text::cut(&format!("   {}", about(trouble, shared, theme)), width, theme.glyphs.ellipsis);
        lines.push(Line::styled(about, theme.style(Role::Quiet)));
        lines.push(keys(&doing::offers(trouble, shared), theme));
        for hint in trouble.hints() {
            lines.extend(wrapped(theme.glyphs.arrow, &hint, width, Role::Plain, theme));
        }
        let raw = trouble.lines().into_iter().filter(|line| line.starts_with('|'));
        let raw = raw.flat_map(|line| text::wrap(&line, width.saturating_sub(4)));
        lines.extend(raw.map(|line| Line::styled(format!("   {line}"), theme.style(Role::Quiet))));
    }
    lines
}

/// Draws as many as there is room for.
pub fn draw(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    for (row, line) in lines.into_iter().take(area.height.into()).enumerate() {
        put(frame, area, row, line);
    }
}

/// How the run ended, and what comes next.
fn ending(shared: &Shared, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(ended) = &shared.ended else { return Vec::new() };
    let again = if ended.again.is_empty() { shared.run.again() } else { ended.again.clone() };
    let (sign, role, words) = match ended.outcome {
        Some(Outcome::Done) => (theme.glyphs.ok, Role::Ok, None),
        Some(Outcome::Failed) => {
            (theme.glyphs.bad, Role::Bad, Some(format!("`{again}` goes on with what is missing; so does the key r")))
        }
        Some(Outcome::Unverified) => {
            (theme.glyphs.bad, Role::Bad, Some("the key v shows which rung failed".to_owned()))
        }
        Some(Outcome::Interrupted) if shared.run.state.started.is_none() => {
            (theme.glyphs.skip, Role::Wait, Some("the key r begins again".to_owned()))
        }
        Some(Outcome::Interrupted) => {
            (theme.glyphs.skip, Role::Wait, Some(format!("`{again}` goes on where it stopped; so does the key r")))
        }
        None => (theme.glyphs.bad, Role::Bad, None),
    };
    let said = shared.run.finished.iter().flat_map(|sentence| sentence.lines.iter().cloned());
    // The way back is said below, with its key.
    let said = said.filter(|line| words.is_none() || !line.starts_with("`hubwright resume"));
    let said: Vec<String> = match ended.outcome {
        None if shared.watching => vec!["it cannot be looked at".to_owned()],
        None => vec![ended.without_outcome().0.to_owned()],
        Some(Outcome::Interrupted) if shared.run.state.started.is_none() => vec![format!("stopped: {NOTHING}")],
        Some(_) => said.collect(),
    };
    let mut said = said.into_iter();
    let first = said.next().map(|line| wrapped(sign, &line, width, role, theme)).unwrap_or_default();
    let further = said.chain(words).flat_map(|line| wrapped(" ", &line, width, Role::Plain, theme));
    first.into_iter().chain(further).collect()
}

/// What it is seen on, since when, until when, and what waits for it.
fn about(trouble: &Trouble, shared: &Shared, theme: &Theme) -> String {
    let over = shared.run.ended;
    let since = trouble.since.map(|since| format!("for {}", clock(between(since, over.unwrap_or(shared.now)))));
    let deadline = trouble
        .deadline
        .filter(|_| over.is_none())
        .map(|at| format!("fails at {} (in {})", message::time(at, &shared.zone), clock(between(shared.now, at))));
    let steps: Vec<&str> = trouble.steps.iter().map(crate::plan::graph::StepId::as_str).collect();
    let steps = (!steps.is_empty()).then(|| format!("holds up {}", steps.join(", ")));
    [trouble.subject(), since, deadline, steps]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(&format!(" {} ", theme.glyphs.dot))
}

fn keys(offers: &[(&'static str, String)], theme: &Theme) -> Line<'static> {
    let mut spans = vec![Span::raw("   ")];
    for (key, words) in offers {
        spans.push(Span::styled(*key, theme.style(Role::Key)));
        spans.push(Span::raw(format!(" {words}   ")));
    }
    Line::from(spans)
}

fn wrapped(sign: &str, words: &str, width: usize, role: Role, theme: &Theme) -> Vec<Line<'static>> {
    let room = width.saturating_sub(text::width(sign) + 3);
    let indent = " ".repeat(text::width(sign));
    let rows = text::wrap(words, room).into_iter().enumerate();
    rows.map(|(row, line)| {
        let sign = if row == 0 { sign } else { &indent };
        Line::styled(format!(" {sign} {line}"), theme.style(role))
    })
    .collect()
}
