//! Colours and glyphs. The terminal's own 16 colours on its own background, so that light and dark ones both read well; state
//! is always word and glyph, and colour only repeats it. Must not know any screen.
use ratatui::style::{Color, Modifier, Style};

/// How things look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Which colours.
    pub palette: Palette,
    /// Which glyphs.
    pub glyphs: &'static Glyphs,
}

/// Which colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// The terminal's 16 colours, chosen to be told apart by everybody: blue and yellow, not green and red alone.
    Colour,
    /// No colour at all: bold, reverse, underline.
    Mono,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Text.
    Plain,
    /// Less important: help, origins, rules.
    Quiet,
    /// A heading.
    Title,
    /// The line that is selected, in the pane that has the keys.
    Selected,
    /// The line that is selected, in another pane.
    Marked,
    /// It works.
    Ok,
    /// It is on its way.
    Wait,
    /// It is stuck or failed.
    Bad,
    /// A key in footer and hints.
    Key,
    /// A value that somebody said.
    Value,
    /// Does not matter now.
    Off,
    /// Added line of a diff.
    Added,
    /// Removed line of a diff.
    Removed,
}

/// Signs. All are one column wide everywhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// It works.
    pub ok: &'static str,
    /// It is on its way.
    pub wait: &'static str,
    /// It failed, or is stuck.
    pub bad: &'static str,
    /// Not begun, not answered.
    pub idle: &'static str,
    /// Not tried, does not matter.
    pub skip: &'static str,
    /// Needs attention.
    pub attention: &'static str,
    /// Decides how long it all takes.
    pub critical: &'static str,
    /// Points at what is selected.
    pub cursor: &'static str,
    /// Horizontal rule.
    pub rule: &'static str,
    /// Vertical rule.
    pub bar: &'static str,
    /// Rule with a bar downwards, upwards, and both.
    pub joints: [&'static str; 3],
    /// Bar: taken always, taken at most, free.
    pub fill: [&'static str; 3],
    /// A thing that is taken, and one that is free.
    pub cells: [&'static str; 2],
    /// A curve, from nothing to most.
    pub curve: [&'static str; 8],
    /// More to the left, to the right; more above, below.
    pub more: [&'static str; 4],
    /// Leads to.
    pub arrow: &'static str,
    /// Separates words.
    pub dot: &'static str,
    /// Cut off.
    pub ellipsis: &'static str,
    /// A secret's letter.
    pub mask: &'static str,
    /// Branches of a tree: one more follows, the last one.
    pub branch: [&'static str; 2],
}

/// For terminals that know more than ASCII.
pub const UNICODE: Glyphs = Glyphs {
    ok: "✓",
    wait: "◔",
    bad: "✗",
    idle: "·",
    skip: "–",
    attention: "!",
    critical: "»",
    cursor: "▸",
    rule: "─",
    bar: "│",
    joints: ["┬", "┴", "┼"],
    fill: ["▓", "▒", "░"],
    cells: ["■", "□"],
    curve: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    more: ["‹", "›", "↑", "↓"],
    arrow: "→",
    dot: "·",
    ellipsis: "…",
    mask: "•",
    branch: ["├", "└"],
};

/// For Linux consoles, `LANG=C` and those who ask for it.
pub const ASCII: Glyphs = Glyphs {
    ok: "+",
    wait: "~",
    bad: "x",
    idle: ".",
    skip: "-",
    attention: "!",
    critical: "*",
    cursor: ">",
    rule: "-",
    bar: "|",
    joints: ["+", "+", "+"],
    fill: ["#", "=", "."],
    cells: ["#", "."],
    curve: ["_", ".", "-", "=", "+", "*", "%", "#"],
    more: ["<", ">", "^", "v"],
    arrow: "->",
    dot: "-",
    ellipsis: "~",
    mask: "*",
    branch: ["|", "`"],
};

impl Theme {
    /// The terminal's colours.
    pub const COLOUR: Self = Self { palette: Palette::Colour, glyphs: &UNICODE };
    /// No colours, ASCII only.
    pub const PLAIN: Self = Self { palette: Palette::Mono, glyphs: &ASCII };

    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        match self.palette {
            Palette::Colour => colour(role),
            Palette::Mono => mono(role),
        }
    }
}

/// No white, black, grey or bright colour as text: each is invisible on some background.
const fn colour(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain => style,
        Role::Quiet | Role::Off => style.add_modifier(Modifier::DIM),
        Role::Title => style.add_modifier(Modifier::BOLD),
        Role::Selected => style.fg(Color::Blue).add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
        Role::Marked | Role::Added => style.fg(Color::Blue).add_modifier(Modifier::BOLD),
        Role::Ok | Role::Value => style.fg(Color::Blue),
        Role::Wait => style.fg(Color::Magenta),
        Role::Bad => style.fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Key => style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Removed => style.fg(Color::Red).add_modifier(Modifier::CROSSED_OUT),
    }
}

const fn mono(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Plain | Role::Ok | Role::Wait | Role::Value => style,
        Role::Quiet | Role::Off => style.add_modifier(Modifier::DIM),
        Role::Title | Role::Bad | Role::Key | Role::Added => style.add_modifier(Modifier::BOLD),
        Role::Selected => style.add_modifier(Modifier::REVERSED),
        Role::Marked => style.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Removed => style.add_modifier(Modifier::DIM.union(Modifier::CROSSED_OUT)),
    }
}
