//! The lines below a form: what the selected one asks, what it takes, what its value means. Must not draw a form.
use ratatui::text::{Line, Span};

use super::{drawing::Picture, edit::Typing, form::Item, table, value};
use crate::{
    answers::{
        draft::{Field, Offer},
        kept::Kept,
        question::Kind,
    },
    front::tui::{text, theme::Role},
};

/// Values from this width on may be cut off on the form, and are told here in full.
const LONG: usize = 24;

/// The lines that help with what is selected: at most `rows`.
pub fn lines(picture: &Picture<'_>, room: usize, rows: usize) -> Vec<Line<'static>> {
    let (title, words) = help_words(picture);
    let lines = text::wrap(&format!("{title} {words}"), room.saturating_sub(2));
    let cut = lines.len() > rows;
    let mut shown: Vec<Line<'static>> = Vec::new();
    for (index, line) in lines.into_iter().take(rows).enumerate() {
        let line = if cut && index + 1 == rows { line + " " + picture.theme.glyphs.ellipsis } else { line };
        let line = text::cut(&line, room.saturating_sub(1), picture.theme.glyphs.ellipsis);
        shown.push(match line.strip_prefix(title.as_str()).filter(|_| index == 0) {
            Some(rest) => Line::from_iter([
                Span::styled(format!(" {title}"), picture.theme.style(Role::Title)),
                Span::raw(rest.to_owned()),
            ]),
            None => Line::raw(format!(" {line}")),
        });
    }
    shown
}

/// All that is to say of what is selected.
pub fn whole(picture: &Picture<'_>) -> String {
    let (title, words) = help_words(picture);
    format!("{title} {words}").trim().to_owned()
}

fn help_words(picture: &Picture<'_>) -> (String, String) {
    let item = picture.items.iter().find(|item| picture.here.is_some() && item.at() == picture.here);
    match item {
        Some(Item::Field(field)) => (format!("{}:", field.title), field_help(field, picture.typing)),
        Some(Item::Row { table, fields, .. }) => (format!("{}:", table::name(fields)), table_help(picture, table)),
        Some(Item::Add { table, .. }) => ("One more:".to_owned(), table_help(picture, table)),
        Some(Item::Callback(_)) => ("Callback URL:".to_owned(), CALLBACK_HELP.to_owned()),
        Some(Item::Look) => ("Seen there:".to_owned(), LOOK_HELP.to_owned()),
        Some(Item::Problem { .. }) => ("Left to do:".to_owned(), "Enter goes to the question".to_owned()),
        Some(Item::GoOn(words)) if picture.items.iter().any(Item::open) => {
            (format!("{words}:"), "something here still wants an answer; it can be given later".to_owned())
        }
        Some(Item::GoOn(words)) => (format!("{words}:"), "Enter goes on; Up goes back to the answers".to_owned()),
        _ => (String::new(), String::new()),
    }
}

/// What to do with it.
const CALLBACK_HELP: &str = "register it with the login provider, exactly as it stands; Enter copies it";

/// What a look is.
const LOOK_HELP: &str = "the target is looked at without changing anything there, so that what it has can be offered, checked and \
                         counted; r looks again";

fn table_help(picture: &Picture<'_>, table: &str) -> String {
    let help = picture.shared.draft.field(table).map(|field| sentences(&[field.help])).unwrap_or_default();
    format!("{help} Enter opens a row, a adds one, c copies, Del deletes, Shift and Up or Down move it.")
}

fn field_help(field: &Field, typing: Option<&Typing>) -> String {
    let expected = match typing.and_then(|typing| typing.kept) {
        Some(kept) => kept.way().wants.to_owned(),
        None if typing.is_some() => expected(field),
        None => String::new(),
    };
    let value = field.text();
    let whole = Some(value::words(field)).filter(|words| typing.is_none() && text::width(words) > LONG);
    let whole = whole.map(|words| format!("Now: {words}")).unwrap_or_default();
    let told = |offer: &&Offer| offer.value == value && !offer.words.is_empty() && !matches!(field.kind, Kind::Bool);
    let chosen = field.offers.iter().find(told);
    let chosen = chosen.map(|offer| format!("{value}: {}", offer.words)).unwrap_or_default();
    // What a provider shows is the secret itself, and nothing of what leads to it.
    let elsewhere = typing.and_then(|typing| typing.kept).is_some_and(|kept| kept != Kept::Typed);
    let doc = if elsewhere { "" } else { field.doc };
    sentences(&[field.help, &expected, &chosen, &whole, doc])
}

/// What a field takes, in words.
fn expected(field: &Field) -> String {
    match field.kind {
        Kind::Int { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Quantity if field.key.ends_with("cpu") => "CPUs such as `2` or `500m`, which is half of one".to_owned(),
        Kind::Quantity => "an amount such as `512Mi` or `16Gi`".to_owned(),
        Kind::List => "texts with commas between them: `a, b`".to_owned(),
        Kind::Map => "texts by name: `name=text, name=text`".to_owned(),
        _ => String::new(),
    }
}

/// Sentences with full stops, where they have none.
fn sentences(texts: &[&str]) -> String {
    let stopped = |text: &&&str| if text.ends_with(['.', '…']) { (**text).to_owned() } else { format!("{text}.") };
    texts.iter().filter(|text| !text.is_empty()).map(|text| stopped(&text)).collect::<Vec<_>>().join(" ")
}
