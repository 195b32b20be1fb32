//! What is said about the picture: what was seen and how old it is, what fits and what does not, and what to do where nothing
//! was seen. Must not know bars.
use ratatui::text::{Line, Span};

use crate::{
    answers::{facts::is_gpu, figures},
    front::{
        message,
        tui::{
            text,
            theme::{Role, Theme},
        },
        wizard::{shared::Shared, turn::Look},
    },
    plan::fit::{self, Amounts, Fit, Fitness, Known, Verdict},
};

/// Columns before a sentence.
const MARGIN: usize = 10;

/// What was seen, and when.
pub fn head(fit: &Fit, shared: &Shared, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let dot = theme.glyphs.dot;
    let words = if fit.nodes.is_empty() {
        format!(" the answers ask for {}", fit::asked(fit))
    } else {
        let age = age(shared).map(|age| format!(" {dot} facts {age} old")).unwrap_or_default();
        format!(" {}{age}", offered(fit))
    };
    vec![Line::styled(text::cut(&words, width, theme.glyphs.ellipsis), theme.style(Role::Title))]
}

/// `3 nodes: 96 CPU, 384 GiB, 4 nvidia.com/gpu`.
fn offered(fit: &Fit) -> String {
    let mut all = Amounts::default();
    fit.nodes.iter().for_each(|node| all.add(&node.all, 1));
    let gpus = all.gpus.iter().filter(|(name, count)| **count > 0 && is_gpu(name));
    let gpus: String = gpus.map(|(name, count)| format!(", {count} {name}")).collect();
    let nodes = if fit.nodes.len() == 1 { "1 node".to_owned() } else { format!("{} nodes", fit.nodes.len()) };
    format!("{nodes}: {} CPU, {}{gpus}", figures::cpu(all.cpu_millis), figures::bytes(all.memory))
}

fn age(shared: &Shared) -> Option<String> {
    let Look::Seen(at) = shared.look else { return None };
    let seconds = shared.now.duration_since(at).as_secs().max(0);
    Some(match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    })
}

/// Why there are no nodes to show, and what to do.
pub fn absent(fit: &Fit, shared: &Shared, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let plain = |words: &str| wrapped(words, 1, width, theme.style(Role::Plain));
    let mut lines = vec![Line::default()];
    match &shared.look {
        Look::Looking => lines.extend(plain("looking at the target")),
        Look::Failed { problem, asks } => {
            let said = std::iter::once(problem.title.clone()).chain(message::problem_lines(problem));
            said.for_each(|line| lines.extend(plain(&line)));
            let again = if *asks { "r looks again, and lends the terminal to what asks you" } else { "r looks again" };
            lines.extend(plain(again));
        }
        Look::Seen(_) if fit.known == Known::Hidden => lines.extend(plain(
            "your account may not list nodes, so nobody can say here whether it fits: `kubectl auth can-i list nodes` \
             tells, and an administrator can say what nodes have free",
        )),
        Look::Seen(_) => {}
        Look::Not => lines.extend(plain("nobody looked at the target yet: r looks at it, and changes nothing there")),
    }
    lines.push(Line::default());
    lines
}

fn wrapped(words: &str, margin: usize, width: usize, style: ratatui::style::Style) -> Vec<Line<'static>> {
    let lines = text::wrap(words, width.saturating_sub(margin));
    lines.into_iter().map(|line| Line::styled(format!("{}{line}", " ".repeat(margin)), style)).collect()
}

/// What fits and what does not, one after the other.
pub struct Sentences {
    lines: Vec<Line<'static>>,
    /// First line of the selected one, and the one after its last.
    selected: (usize, usize),
}

impl Sentences {
    /// Of a fit, for so many columns.
    pub fn new(fit: &Fit, selected: Option<usize>, theme: &Theme, width: usize) -> Self {
        let mut all = Self { lines: Vec::new(), selected: (0, 0) };
        for (index, verdict) in fit.verdicts.iter().enumerate() {
            let from = all.lines.len();
            let is_selected = selected == Some(index);
            all.lines.extend(sentence(verdict, is_selected, theme, width));
            if is_selected {
                all.selected = (from, all.lines.len());
            }
        }
        if selected.is_some_and(|index| index + 1 == fit.verdicts.len()) {
            all.selected.1 = usize::MAX;
        }
        for note in &fit.notes {
            all.lines.extend(wrapped(note, MARGIN, width, theme.style(Role::Quiet)));
        }
        all.selected.1 = all.selected.1.min(all.lines.len());
        all
    }

    /// How many lines there are.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// As many lines as there is room for, the selected ones among them.
    pub fn lines(self, room: usize) -> Vec<Line<'static>> {
        let (from, to) = self.selected;
        let top = to.saturating_sub(room).min(from);
        self.lines.into_iter().skip(top).take(room).collect()
    }
}

fn sentence(verdict: &Verdict, selected: bool, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let (glyph, word, role) = match verdict.standing {
        Fitness::Fits => (theme.glyphs.ok, "ok", Role::Ok),
        Fitness::Warning => (theme.glyphs.attention, "warn", Role::Wait),
        Fitness::No => (theme.glyphs.bad, "no", Role::Bad),
    };
    let cursor = if selected { theme.glyphs.cursor } else { " " };
    let style = theme.style(if selected { Role::Selected } else { Role::Plain });
    let mut words = text::wrap(&verdict.words, width.saturating_sub(MARGIN)).into_iter();
    let first = Line::from_iter([
        Span::raw(format!(" {cursor} ")),
        Span::styled(format!("{glyph} {word:<4} "), theme.style(role)),
        Span::styled(words.next().unwrap_or_default(), style),
    ]);
    let more = words.map(|line| Line::from_iter([Span::raw(" ".repeat(MARGIN)), Span::styled(line, style)]));
    let advice = verdict.advice.iter().flat_map(|advice| {
        let advice = format!("{} {advice}", theme.glyphs.arrow);
        wrapped(&advice, MARGIN, width, theme.style(Role::Plain))
    });
    std::iter::once(first).chain(more).chain(advice).collect()
}
