//! A picture of a screen from its cells: as SVG for the docs, and as text with styles for snapshots. So neither can show what
//! the program does not draw. Must not know any screen, nor files.
mod rules;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use super::text;

/// Width and height of a cell in the picture's units. So wide are the letters of most fonts: not every viewer minds how long a
/// text is said to be.
const CELL: (f32, f32) = (8.43, 18.0);
/// What lies around the cells, and the height of the title bar.
const MARGIN: f32 = 14.0;
const BAR: f32 = 30.0;
/// From the top of a row to the line that letters stand on.
const BASE: f32 = 13.5;
const FONT: &str = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/// Background, text, and the title bar of the picture: those of no terminal in particular.
const GROUND: &str = "#15191f";
const TEXT: &str = "#d3d9e0";
const TITLE_BAR: &str = "#252b33";

/// Cells of one row that look the same and stand beside each other.
#[derive(Debug, PartialEq)]
struct Run {
    column: u16,
    columns: u16,
    text: String,
    look: CellStyle,
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CellStyle {
    text: Color,
    ground: Color,
    modifier: Modifier,
}

impl CellStyle {
    const fn of(cell: &Cell) -> Self {
        Self { text: cell.fg, ground: cell.bg, modifier: cell.modifier }
    }

    fn plain(self) -> bool {
        self.text == Color::Reset && self.ground == Color::Reset && self.modifier.is_empty()
    }

    /// Words for a snapshot: `bold reversed blue`, `red on white`.
    fn words(self) -> String {
        let mut words: Vec<String> = self.modifier.iter_names().map(|(name, _)| name.to_lowercase()).collect();
        words.extend((self.text != Color::Reset).then(|| self.text.to_string().to_lowercase()));
        words.extend((self.ground != Color::Reset).then(|| format!("on {}", self.ground.to_string().to_lowercase())));
        words.join(" ")
    }

    /// Colours of text and ground as they are painted; `None`: the picture's own ground.
    fn paint(self) -> (&'static str, Option<&'static str>) {
        let (text, ground) = (shade(self.text), shade(self.ground));
        if self.modifier.contains(Modifier::REVERSED) {
            return (ground.unwrap_or(GROUND), Some(text.unwrap_or(TEXT)));
        }
        (text.unwrap_or(TEXT), ground)
    }
}

/// The 16 colours, easy to tell apart on the picture's ground; `None`: the default.
const fn shade(colour: Color) -> Option<&'static str> {
    Some(match colour {
        Color::Black => "#2b323b",
        Color::Red => "#ff7a72",
        Color::Green => "#7fce8a",
        Color::Yellow => "#e2b53f",
        Color::Blue => "#6cb2ff",
        Color::Magenta => "#cf9bf0",
        Color::Cyan => "#5fd0d6",
        Color::Gray => "#b4bcc6",
        Color::DarkGray => "#6f7a86",
        Color::LightRed => "#ffa29c",
        Color::LightGreen => "#a3e3ab",
        Color::LightYellow => "#f2d27a",
        Color::LightBlue => "#9dccff",
        Color::LightMagenta => "#e0bcf7",
        Color::LightCyan => "#97e6ea",
        Color::White => "#f2f5f8",
        _ => return None,
    })
}

/// The runs of one row, blanks at its end left out where nothing is to be seen of them.
fn runs(buffer: &Buffer, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut covered = 0;
    for column in 0..buffer.area.width {
        let Some(cell) = buffer.cell((buffer.area.x + column, buffer.area.y + row)) else { continue };
        // A wide letter covers the cell to its right.
        if column < covered {
            continue;
        }
        let columns = u16::try_from(text::width(cell.symbol())).unwrap_or(1).max(1);
        covered = column.saturating_add(columns);
        let look = CellStyle::of(cell);
        match runs.last_mut() {
            Some(run) if run.look == look => {
                run.columns += columns;
                run.text.push_str(cell.symbol());
            }
            _ => runs.push(Run { column, columns, text: cell.symbol().to_owned(), look }),
        }
    }
    if let Some(last) = runs.last_mut().filter(|run| run.look.plain()) {
        last.text.truncate(last.text.trim_end().len());
        last.columns = u16::try_from(text::width(&last.text)).unwrap_or(u16::MAX);
    }
    runs.retain(|run| run.columns > 0);
    runs
}

/// The lines of a screen, and below them which columns of which row look like what: `12: 3-20 bold reversed blue, 25-30 dim`.
pub fn styled(buffer: &Buffer) -> String {
    let rows: Vec<Vec<Run>> = (0..buffer.area.height).map(|row| runs(buffer, row)).collect();
    let lines = rows.iter().map(|runs| runs.iter().map(|run| run.text.as_str()).collect::<String>() + "\n");
    let looks = rows.iter().enumerate().filter_map(|(row, runs)| looks(row, runs));
    lines.chain(["\n".to_owned()]).chain(looks).collect()
}

fn looks(row: usize, runs: &[Run]) -> Option<String> {
    let said: Vec<String> = runs
        .iter()
        .filter(|run| !run.look.plain())
        .map(|run| format!("{}-{} {}", run.column, run.column + run.columns - 1, run.look.words()))
        .collect();
    (!said.is_empty()).then(|| format!("{row}: {}\n", said.join(", ")))
}

/// A screen as an SVG picture of a window with a title.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let (width, height) = (f32::from(buffer.area.width) * CELL.0, f32::from(buffer.area.height) * CELL.1);
    let (wide, high) = (number(width + 2.0 * MARGIN), number(height + 2.0 * MARGIN + BAR));
    let title = escaped(title);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img" aria-label="{title}" font-family="{FONT}" font-size="14">
<title>{title}</title>
<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>
<path d="M0 {BAR}V8a8 8 0 0 1 8-8H{}a8 8 0 0 1 8 8V{BAR}Z" fill="{TITLE_BAR}"/>
<text x="50%" y="20" text-anchor="middle" font-size="13" fill="{TEXT}">{title}</text>
<g transform="translate({MARGIN} {})" xml:space="preserve">
"#,
        number(width + 2.0 * MARGIN - 8.0),
        number(BAR + MARGIN),
    );
    for row in 0..buffer.area.height {
        let runs = runs(buffer, row);
        svg.extend(runs.iter().filter_map(|run| ground(run, row)));
        svg.extend(runs.iter().filter_map(|run| letters(run, row)));
        svg.extend(runs.iter().filter_map(|run| lines(run, row)));
    }
    svg + "</g>\n</svg>\n"
}

/// What lies behind the letters of a run, if it is not the picture's own ground.
fn ground(run: &Run, row: u16) -> Option<String> {
    let (_, colour) = run.look.paint();
    let (x, y, width) = place(run, row);
    let high = number(CELL.1);
    colour.map(|colour| {
        format!("<rect x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{high}\" fill=\"{colour}\"/>\n", number(y))
    })
}

/// The letters of a run. Their length is said, so that columns stay columns whatever font there is.
fn letters(run: &Run, row: u16) -> Option<String> {
    let text = rules::without(&run.text);
    if text.trim().is_empty() {
        return None;
    }
    let (x, y, width) = place(run, row);
    let (colour, _) = run.look.paint();
    let modifier = run.look.modifier;
    let mut more = String::new();
    for (wanted, attribute) in [
        (Modifier::BOLD, r#" font-weight="bold""#),
        (Modifier::DIM, r#" opacity="0.65""#),
        (Modifier::ITALIC, r#" font-style="italic""#),
        (Modifier::UNDERLINED, r#" text-decoration="underline""#),
        (Modifier::CROSSED_OUT, r#" text-decoration="line-through""#),
    ] {
        more.push_str(if modifier.contains(wanted) { attribute } else { "" });
    }
    let (y, text) = (number(y + BASE), escaped(&text));
    Some(format!("<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" fill=\"{colour}\"{more}>{text}</text>\n"))
}

/// The rules of a run.
fn lines(run: &Run, row: u16) -> Option<String> {
    let data = rules::path(&run.text, (f32::from(run.column) * CELL.0, f32::from(row) * CELL.1));
    let (colour, _) = run.look.paint();
    let dim = if run.look.modifier.contains(Modifier::DIM) { r#" opacity="0.65""# } else { "" };
    (!data.is_empty()).then(|| format!("<path d=\"{data}\" fill=\"none\" stroke=\"{colour}\"{dim}/>\n"))
}

/// Left, top and width of a run.
fn place(run: &Run, row: u16) -> (String, f32, String) {
    let across = |columns: u16| number(f32::from(columns) * CELL.0);
    (across(run.column), f32::from(row) * CELL.1, across(run.columns))
}

/// One decimal at most, the same on every machine.
fn number(value: f32) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Blanks at the ends and in a row would be folded by some viewers, whatever `xml:space` says.
            ' ' => safe.push('\u{a0}'),
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use ratatui::{layout::Rect, style::Style};

    use super::*;

    fn screen() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        let chosen = Style::new().fg(Color::Blue).add_modifier(Modifier::REVERSED | Modifier::BOLD);
        buffer.set_string(0, 0, "a <b> & \"c\"", Style::new());
        buffer.set_string(2, 1, "chosen", chosen);
        buffer.set_string(9, 1, "日本", Style::new().add_modifier(Modifier::DIM));
        buffer.set_string(0, 2, " ", Style::new().bg(Color::Red));
        buffer
    }

    #[test]
    fn a_snapshot_has_the_text_and_says_what_looks_how() {
        assert_eq!(
            styled(&screen()),
            "a <b> & \"c\"\n  chosen 日本\n \n\n1: 2-7 bold reversed blue, 9-12 dim\n2: 0-0 on red\n"
        );
    }

    #[test]
    fn a_picture_holds_every_run_where_it_stands_and_no_markup_of_the_screen() {
        let svg = svg(&screen(), "a & b");
        assert!(svg.contains("<title>a\u{a0}&amp;\u{a0}b</title>"), "{svg}");
        assert!(svg.contains(">a\u{a0}&lt;b&gt;\u{a0}&amp;\u{a0}&quot;c&quot;</text>"), "{svg}");
        let wide = r##"<text x="75.9" y="31.5" textLength="33.7" fill="#d3d9e0" opacity="0.65">日本</text>"##;
        assert!(svg.contains(wide), "{svg}");
    }

    #[test]
    fn reversed_cells_have_their_colour_behind_the_letters() {
        let svg = svg(&screen(), "");
        assert!(svg.contains(r##"<rect x="16.9" y="18" width="50.6" height="18" fill="#6cb2ff"/>"##), "{svg}");
        assert!(svg.contains(r##"fill="#15191f" font-weight="bold">chosen<"##), "{svg}");
        assert!(svg.contains(r##"<rect x="0" y="36" width="8.4" height="18" fill="#ff7a72"/>"##), "{svg}");
    }

    #[test]
    fn an_empty_screen_is_a_picture_too() {
        let empty = Buffer::empty(Rect::new(0, 0, 0, 0));
        assert_eq!(styled(&empty), "\n");
        assert!(svg(&empty, "").ends_with("</g>\n</svg>\n"));
    }
}
