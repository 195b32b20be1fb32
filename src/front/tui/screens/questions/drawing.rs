//! Draws a form: titles, values and origins in columns, what is wrong below its field, tables, and marks that there is more.
//! Must not change anything.
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span, Text},
};

use super::{
    edit::Typing,
    form::{self, Item},
    table::Columns,
    target, value,
    way::At,
    widths::{GUTTER, Widths},
};
use crate::{
    answers::{draft::Field, question::Kind},
    front::{
        tui::{
            text,
            theme::{Role, Theme},
        },
        wizard::shared::Shared,
    },
};

/// What is drawn.
pub struct Picture<'p> {
    /// What all screens know.
    pub shared: &'p Shared,
    /// What stands on the form.
    pub items: &'p [Item],
    /// Where the cursor is.
    pub here: Option<At>,
    /// The field that takes letters.
    pub typing: Option<&'p Typing>,
    /// The line above the form.
    pub head: String,
    /// How it looks.
    pub theme: &'p Theme,
}

/// Draws the form; gives back how many lines are below what is seen.
pub fn draw(frame: &mut Frame<'_>, area: Rect, picture: &Picture<'_>) -> usize {
    let widths = Widths::of(picture.items, usize::from(area.width));
    let space = usize::from(area.height >= 12);
    let rows = usize::from(area.height).saturating_sub(1 + space);
    let (lines, from, to) = lines(picture, widths);
    let top = form::top(from, to, lines.len(), rows);
    let below = lines.len().saturating_sub(top + rows);
    let mut seen = vec![head(picture, top, widths)];
    seen.extend(std::iter::repeat_n(Line::default(), space));
    seen.extend(lines.into_iter().skip(top).take(rows));
    frame.render_widget(Text::from(seen), area);
    put_cursor(frame, area, picture, widths, (from + 1 + space).saturating_sub(top));
    below
}

/// The terminal's own cursor stands where letters go, for those who cannot see styles.
fn put_cursor(frame: &mut Frame<'_>, area: Rect, picture: &Picture<'_>, widths: Widths, row: usize) {
    let Some(typing) = picture.typing else { return };
    let (_, column) = typing.window(widths.room(), picture.theme.glyphs.mask);
    let across = |offset: usize| u16::try_from(offset).unwrap_or(u16::MAX);
    let place = Position {
        x: area.x.saturating_add(across(GUTTER + widths.title + 1 + column)),
        y: area.y.saturating_add(across(row)),
    };
    if area.contains(place) {
        frame.set_cursor_position(place);
    }
}

/// All lines, and which of them are selected.
fn lines(picture: &Picture<'_>, widths: Widths) -> (Vec<Line<'static>>, usize, usize) {
    let mut columns = Columns::default();
    let (mut all, mut from, mut to) = (Vec::new(), 0, 0);
    for item in picture.items {
        if let Item::Table(field) = item {
            columns = Columns::of(picture.items, &field.key, widths.all.saturating_sub(GUTTER + 3));
        }
        let lines = item_lines(picture, item, &columns, widths);
        if picture.here.is_some() && item.at() == picture.here {
            (from, to) = (all.len(), all.len() + lines.len().saturating_sub(1));
        }
        all.extend(lines);
    }
    (all, from, to)
}

/// Title of the form, and how many lines are above what is seen.
fn head(picture: &Picture<'_>, above: usize, widths: Widths) -> Line<'static> {
    let glyphs = picture.theme.glyphs;
    let more = if above == 0 { String::new() } else { format!("{} {above} more ", glyphs.more[2]) };
    let room = widths.all.saturating_sub(text::width(&more) + 1);
    Line::from_iter([
        Span::styled(format!(" {}", text::pad(&picture.head, room, glyphs.ellipsis)), picture.theme.style(Role::Title)),
        Span::styled(more, picture.theme.style(Role::Key)),
    ])
}

fn item_lines(picture: &Picture<'_>, item: &Item, columns: &Columns, widths: Widths) -> Vec<Line<'static>> {
    let here = picture.here.is_some() && item.at() == picture.here;
    let pen = Pen { picture, widths, here };
    match item {
        Item::Field(field) => pen.field(field),
        Item::Table(field) => pen.table(field, columns),
        Item::Row { fields, fit, .. } => pen.row(fields, fit, columns),
        Item::Add { empty, .. } => {
            vec![pen.line(" ", if *empty { "(none)  a adds one" } else { "a adds one" }, Role::Quiet)]
        }
        Item::Look => pen.look(),
        Item::Callback(url) => pen.callback(url),
        Item::Problem { words, bad, .. } => {
            let glyphs = picture.theme.glyphs;
            let (sign, role) = if *bad { (glyphs.bad, Role::Bad) } else { (glyphs.attention, Role::Wait) };
            pen.wrapped(sign, words, role)
        }
        Item::Words(words) => {
            let mut lines = pen.wrapped(" ", words, Role::Plain);
            lines.push(Line::default());
            lines
        }
        Item::GoOn(words) => vec![pen.line(" ", &format!("[ {words} ]"), Role::Key)],
    }
}

/// Draws one thing on a form.
struct Pen<'p> {
    picture: &'p Picture<'p>,
    widths: Widths,
    here: bool,
}

impl Pen<'_> {
    fn theme(&self) -> &Theme {
        self.picture.theme
    }

    fn gutter(&self, sign: &str, role: Role) -> Span<'static> {
        let cursor = if self.here { self.theme().glyphs.cursor } else { " " };
        Span::styled(format!("{cursor}{sign} "), self.theme().style(if self.here { Role::Marked } else { role }))
    }

    /// The style of what can be selected.
    fn style(&self, role: Role) -> ratatui::style::Style {
        self.theme().style(if self.here { Role::Selected } else { role })
    }

    fn cut(&self, words: &str, room: usize) -> String {
        text::cut(words, room, self.theme().glyphs.ellipsis)
    }

    fn pad(&self, words: &str, room: usize) -> String {
        text::pad(words, room, self.theme().glyphs.ellipsis)
    }

    /// A line that is one text.
    fn line(&self, sign: &str, words: &str, role: Role) -> Line<'static> {
        let words = self.cut(words, self.widths.all.saturating_sub(GUTTER + 1));
        Line::from_iter([self.gutter(sign, role), Span::styled(words, self.style(role))])
    }

    /// The same over several lines.
    fn wrapped(&self, sign: &str, words: &str, role: Role) -> Vec<Line<'static>> {
        let lines = text::wrap(words, self.widths.all.saturating_sub(GUTTER + 1));
        let line = |(index, words): (usize, String)| {
            let gutter = if index == 0 { self.gutter(sign, role) } else { Span::raw("   ") };
            Line::from_iter([gutter, Span::styled(words, self.style(role))])
        };
        lines.into_iter().enumerate().map(line).collect()
    }

    /// Lines below a value, in its column.
    fn below(&self, sign: &str, words: &str, role: Role) -> Vec<Line<'static>> {
        let indent = GUTTER + self.widths.title + 1;
        let room = self.widths.all.saturating_sub(indent + 3);
        let line = |(index, words): (usize, String)| {
            let sign = if index == 0 { sign } else { " " };
            Line::styled(format!("{}{sign} {words}", " ".repeat(indent)), self.theme().style(role))
        };
        text::wrap(words, room).into_iter().enumerate().map(line).collect()
    }

    fn field(&self, field: &Field) -> Vec<Line<'static>> {
        let typing = self.picture.typing.filter(|typing| typing.key == field.key);
        let problem = match typing {
            Some(typing) => typing.error.clone(),
            None => value::problem(field, self.picture.shared),
        };
        let mut lines = vec![match typing {
            Some(typing) => self.typing(field, typing),
            None => self.answer(field),
        }];
        let attention = self.theme().glyphs.attention;
        lines.extend(problem.into_iter().flat_map(|problem| self.below(attention, &problem, Role::Bad)));
        lines
    }

    fn sign(&self, field: &Field) -> (&'static str, Role) {
        let glyphs = self.theme().glyphs;
        match field {
            field if !field.relevant => (glyphs.skip, Role::Off),
            field if field.problem.is_some() || value::problem(field, self.picture.shared).is_some() => {
                (glyphs.attention, Role::Bad)
            }
            _ => (" ", Role::Plain),
        }
    }

    fn answer(&self, field: &Field) -> Line<'static> {
        let (sign, alarm) = self.sign(field);
        let words = value::words(field);
        let steps = self.here && field.relevant && !words.is_empty() && value::step(field, true).is_some();
        let marks = if steps { 4 } else { 0 };
        let plain = if words.is_empty() { value::absent(field) } else { words.clone() };
        let (room, origin) = self.widths.share(text::width(&plain) + marks, field);
        let plain = self.cut(&plain, room.saturating_sub(marks));
        let [before, after, ..] = self.theme().glyphs.more;
        let shown = if steps { format!("{before} {plain} {after}") } else { plain };
        let about = self.about(field, room.saturating_sub(text::width(&shown)));
        let role = |own: Role| if field.relevant { own } else { Role::Off };
        let said = if words.is_empty() { Role::Quiet } else { Role::Value };
        Line::from_iter([
            self.gutter(sign, alarm),
            Span::styled(self.pad(field.title, self.widths.title), self.style(role(Role::Plain))),
            Span::raw(" "),
            Span::styled(shown, self.theme().style(role(said))),
            Span::styled(about, self.theme().style(role(Role::Quiet))),
            Span::raw(" "),
            Span::styled(origin, self.theme().style(role(Role::Quiet))),
        ])
    }

    /// What the chosen one means, where there is room for all of it; blanks else.
    fn about(&self, field: &Field, room: usize) -> String {
        let value = field.text();
        let offer = field.offers.iter().find(|offer| field.relevant && offer.value == value && !offer.words.is_empty());
        let words = offer.filter(|_| !matches!(field.kind, Kind::Bool)).map(|offer| format!("   {}", offer.words));
        self.pad(&words.filter(|words| text::width(words) <= room).unwrap_or_default(), room)
    }

    fn typing(&self, field: &Field, typing: &Typing) -> Line<'static> {
        let room = self.widths.room();
        let (shown, _) = typing.window(room, self.theme().glyphs.mask);
        Line::from_iter([
            self.gutter(" ", Role::Plain),
            Span::styled(self.pad(field.title, self.widths.title), self.theme().style(Role::Marked)),
            Span::raw(" "),
            Span::styled(self.pad(&shown, room), self.theme().style(Role::Marked)),
        ])
    }

    fn table(&self, field: &Field, columns: &Columns) -> Vec<Line<'static>> {
        let rows = |item: &&Item| matches!(item, Item::Row { table, .. } if *table == field.key);
        let any_open = self.picture.items.iter().filter(rows).any(Item::open);
        let mut lines = vec![Line::from_iter([
            Span::raw("   "),
            Span::styled(self.pad(field.title, self.widths.title), self.theme().style(Role::Title)),
            Span::raw(" "),
            Span::raw(self.pad("", self.widths.value)),
            Span::raw(" "),
            Span::styled(self.widths.share(0, field).1, self.theme().style(Role::Quiet)),
        ])];
        let problem = field.problem.iter().filter(|_| !any_open);
        lines.extend(problem.flat_map(|problem| self.wrapped(self.theme().glyphs.attention, problem, Role::Bad)));
        if self.picture.items.iter().any(|item| rows(&item)) {
            lines.push(Line::styled(format!("     {}", columns.head(self.theme())), self.theme().style(Role::Quiet)));
        }
        lines
    }

    fn row(&self, fields: &[Field], fit: &str, columns: &Columns) -> Vec<Line<'static>> {
        let problem = fields.iter().find_map(|field| Some((field.title, field.problem.as_ref()?)));
        let sign = if problem.is_some() { self.theme().glyphs.attention } else { " " };
        let words = format!("  {}", columns.row(fields, fit, self.theme()));
        let mut lines =
            vec![self.line(sign, words.trim_end(), if problem.is_some() { Role::Bad } else { Role::Value })];
        let words = problem.map(|(title, problem)| format!("    {title}: {problem}"));
        lines.extend(words.into_iter().flat_map(|words| {
            let lines = text::wrap(&words, self.widths.all.saturating_sub(GUTTER + 4));
            let style = self.theme().style(Role::Bad);
            lines.into_iter().map(move |words| Line::styled(format!("       {}", words.trim_start()), style))
        }));
        lines
    }

    fn look(&self) -> Vec<Line<'static>> {
        let mut known = target::lines(self.picture.shared, self.theme()).into_iter();
        let room = self.widths.all.saturating_sub(GUTTER + self.widths.title + 2);
        let mut lines = Vec::new();
        for (index, (role, words)) in known.by_ref().enumerate() {
            for (part, words) in text::wrap(&words, room).into_iter().enumerate() {
                let first = index == 0 && part == 0;
                let title = self.pad(if first { "Seen there" } else { "" }, self.widths.title);
                let style = if first { self.style(Role::Plain) } else { self.theme().style(Role::Plain) };
                let gutter = if first { self.gutter(" ", Role::Plain) } else { Span::raw("   ") };
                lines.push(Line::from_iter([
                    gutter,
                    Span::styled(title, style),
                    Span::styled(format!(" {words}"), self.theme().style(role)),
                ]));
            }
        }
        lines
    }

    /// Alone on its lines and in full, so that it can be marked with the mouse as well.
    fn callback(&self, url: &str) -> Vec<Line<'static>> {
        let room = self.widths.room();
        let lines = text::wrap(url, room);
        let line = |(index, part): (usize, String)| {
            let first = index == 0;
            let title = self.pad(if first { "Callback URL" } else { "" }, self.widths.title);
            Line::from_iter([
                if first { self.gutter(" ", Role::Plain) } else { Span::raw("   ") },
                Span::styled(title, if first { self.style(Role::Plain) } else { self.theme().style(Role::Plain) }),
                Span::raw(" "),
                Span::styled(part, self.theme().style(Role::Value)),
            ])
        };
        let indent = " ".repeat(GUTTER + self.widths.title + 1);
        let words = text::wrap("register it with the provider, exactly; Enter copies it", room);
        let words =
            words.into_iter().map(|words| Line::styled(format!("{indent}{words}"), self.theme().style(Role::Quiet)));
        lines.into_iter().enumerate().map(line).chain(words).collect()
    }
}
