//! The nodes as bars. Must not know sentences.
use ratatui::text::{Line, Span};

use crate::{
    answers::facts::Closed,
    front::tui::{
        text,
        theme::{Role, Theme},
        window::Scroll,
    },
    plan::fit::{Fit, NodeFit},
};

/// More nodes than this are shown by kind.
const SINGLE: usize = 12;
/// Most GPUs that have a cell each.
const CELLS: usize = 8;
/// Longest bar that says more than a shorter one.
const LONGEST: usize = 40;
const GIB: u64 = 1 << 30;

/// One row: what is said of a node, or of nodes of one kind.
pub struct Row<'f> {
    count: u64,
    node: &'f NodeFit,
}

/// The rows, single nodes or kinds of them.
pub fn rows(fit: &Fit) -> Vec<Row<'_>> {
    if fit.nodes.len() <= SINGLE {
        return fit.nodes.iter().map(|node| Row { count: 1, node }).collect();
    }
    fit.groups.iter().map(|group| Row { count: group.count, node: &group.sum }).collect()
}

/// The table of nodes.
pub struct Nodes<'f> {
    rows: Vec<Row<'f>>,
    theme: &'f Theme,
    width: usize,
}

/// Columns of the table.
struct Columns {
    name: usize,
    bar: usize,
    cpu: usize,
    memory: usize,
    gpus: bool,
}

/// A row in figures.
struct Figures {
    name: String,
    cpu: String,
    memory: String,
    gpus: String,
}

impl<'f> Nodes<'f> {
    /// Of a fit, for so many columns.
    pub fn new(fit: &'f Fit, theme: &'f Theme, width: usize) -> Self {
        Self { rows: rows(fit), theme, width }
    }

    /// How many of so many lines are this table's, and how many are left for so many others: at least half.
    pub fn share(&self, room: usize, others: usize) -> (usize, usize) {
        if self.rows.is_empty() {
            return (0, room);
        }
        // Heading, legend and a blank.
        let wanted = self.rows.len() + 3;
        let upper = wanted.min(room.saturating_sub(others).max(room / 2));
        (upper, room.saturating_sub(upper))
    }

    /// Heading, the rows that have room, scrolled so far, and what the bars mean.
    pub fn lines(&self, scroll: &Scroll, room: usize) -> Vec<Line<'static>> {
        let shown = room.saturating_sub(3).min(self.rows.len());
        if shown == 0 {
            return Vec::new();
        }
        let top = scroll.top(self.rows.len(), shown);
        let rows: Vec<&Row> = self.rows.iter().skip(top).take(shown).collect();
        let figures: Vec<Figures> = rows.iter().map(|row| row.figures()).collect();
        let columns = self.columns(&figures);
        let mut lines = vec![self.heading(&columns)];
        lines.extend(rows.iter().zip(&figures).map(|(row, figures)| self.row(row, figures, &columns)));
        lines.push(self.legend(top, self.rows.len() - shown - top));
        lines.push(Line::default());
        lines
    }

    fn columns(&self, figures: &[Figures]) -> Columns {
        let widest = |of: fn(&Figures) -> &str| figures.iter().map(|row| text::width(of(row))).max().unwrap_or(0);
        let gpus = widest(|row| &row.gpus);
        let name = widest(|row| &row.name).clamp(4, (self.width / 4).max(4));
        let (cpu, memory) = (widest(|row| &row.cpu), widest(|row| &row.memory));
        let gpus_wide = if gpus == 0 { 0 } else { gpus + CELLS + 3 };
        // A margin, and gaps before each bar and its figures.
        let taken = 1 + name + 3 + 1 + cpu + 3 + 1 + memory + gpus_wide;
        let bar = (self.width.saturating_sub(taken) / 2).min(LONGEST);
        Columns { name, bar, cpu, memory, gpus: gpus > 0 }
    }

    fn heading(&self, columns: &Columns) -> Line<'static> {
        let ellipsis = self.theme.glyphs.ellipsis;
        let pad = |words: &str, room: usize| text::pad(words, room, ellipsis);
        let gpus = if columns.gpus { "GPU" } else { "" };
        let words = format!(
            " {}   {}   {}   {gpus}",
            pad("node", columns.name),
            pad("CPU", columns.bar + 1 + columns.cpu),
            pad("memory, GiB", columns.bar + 1 + columns.memory),
        );
        Line::styled(text::cut(words.trim_end(), self.width, ellipsis), self.theme.style(Role::Quiet))
    }

    fn row(&self, row: &Row<'_>, figures: &Figures, columns: &Columns) -> Line<'static> {
        let (node, ellipsis) = (row.node, self.theme.glyphs.ellipsis);
        let mut spans = vec![Span::raw(format!(" {}   ", text::pad(&figures.name, columns.name, ellipsis)))];
        if let Some(closed) = node.closed {
            spans.push(Span::styled(why(closed), self.theme.style(Role::Off)));
            return Line::from(spans);
        }
        let taken = |of: fn(&crate::plan::fit::Amounts) -> u64| {
            [of(&node.all), of(&node.others).saturating_add(of(&node.always)), of(&node.most)]
        };
        spans.extend(self.bar(taken(|amounts| amounts.cpu_millis), columns.bar));
        spans.push(Span::raw(format!(" {:>1$}   ", figures.cpu, columns.cpu)));
        spans.extend(self.bar(taken(|amounts| amounts.memory), columns.bar));
        spans.push(Span::raw(format!(" {:>1$}", figures.memory, columns.memory)));
        if !figures.gpus.is_empty() {
            spans.push(Span::raw("   "));
            spans.extend(self.cells(node.gpus()));
            spans.push(Span::raw(format!(" {}", figures.gpus)));
        }
        Line::from(spans)
    }

    /// `[all, taken always, taken at most beside that]` as a bar.
    fn bar(&self, [all, always, most]: [u64; 3], width: usize) -> [Span<'static>; 3] {
        let [taken, borrowed, free] = parts([all, always, most], width);
        let glyphs = self.theme.glyphs.fill;
        [
            Span::styled(glyphs[0].repeat(taken), self.theme.style(Role::Value)),
            Span::styled(glyphs[1].repeat(borrowed), self.theme.style(Role::Wait)),
            Span::styled(glyphs[2].repeat(free), self.theme.style(Role::Off)),
        ]
    }

    fn cells(&self, [all, always, most]: [u64; 3]) -> [Span<'static>; 2] {
        let taken = always.saturating_add(most).min(all);
        let cells = usize::try_from(all).unwrap_or(CELLS).min(CELLS);
        let [taken, _, free] = parts([all, taken, 0], cells);
        let [full, empty] = self.theme.glyphs.cells;
        [
            Span::styled(full.repeat(taken), self.theme.style(Role::Value)),
            Span::styled(empty.repeat(free), self.theme.style(Role::Off)),
        ]
    }

    fn legend(&self, above: usize, below: usize) -> Line<'static> {
        let [always, most, free] = self.theme.glyphs.fill;
        let more = match (above, below) {
            (0, 0) => String::new(),
            _ => format!("   {} more: PgDn", above + below),
        };
        let words = format!(" {always} always   {most} at most, when pools and people are full   {free} free{more}");
        let words = text::cut(&words, self.width, self.theme.glyphs.ellipsis);
        Line::styled(words, self.theme.style(Role::Quiet))
    }
}

impl Row<'_> {
    fn figures(&self) -> Figures {
        let node = self.node;
        let ours = |of: fn(&crate::plan::fit::Amounts) -> u64| {
            of(&node.others).saturating_add(of(&node.always)).saturating_add(of(&node.most))
        };
        let [gpus, always, most] = node.gpus();
        let small = node.all.memory < 16 * GIB;
        Figures {
            name: if self.count > 1 { format!("{} like {}", self.count, node.name) } else { node.name.clone() },
            cpu: format!("{}/{}", cores(ours(|amounts| amounts.cpu_millis)), cores(node.all.cpu_millis)),
            memory: format!("{}/{}", gib(ours(|amounts| amounts.memory), small), gib(node.all.memory, small)),
            gpus: if gpus == 0 { String::new() } else { format!("{}/{gpus}", always.saturating_add(most)) },
        }
    }
}

const fn why(closed: Closed) -> &'static str {
    match closed {
        Closed::Cordoned => "closed to new pods",
        Closed::NotReady => "in trouble",
    }
}

/// Cells of a bar: always, at most, free. What is there at all has a cell, where there are enough.
fn parts([all, always, most]: [u64; 3], width: usize) -> [usize; 3] {
    let cells = |amount: u64| {
        let cells = (u128::from(amount) * width as u128 + u128::from(all) / 2) / u128::from(all.max(1));
        usize::try_from(cells).unwrap_or(width).max(usize::from(amount > 0)).min(width)
    };
    let taken = cells(always);
    let both = cells(always.saturating_add(most)).max(taken + usize::from(most > 0)).min(width);
    [taken, both - taken, width - both]
}

/// Cores with at most one digit after the point.
fn cores(millis: u64) -> String {
    let tenths = millis.saturating_add(50) / 100;
    if tenths.is_multiple_of(10) || tenths >= 1000 {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn gib(bytes: u64, small: bool) -> String {
    let tenths = bytes / (GIB / 10);
    if small { format!("{}.{}", tenths / 10, tenths % 10) } else { (tenths / 10).to_string() }
}
