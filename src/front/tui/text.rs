//! Widths, cutting and wrapping in columns of the terminal. Must not know styles.
use tui_input::Input;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text in at most `room` columns; what is cut off is marked.
pub fn cut(text: &str, room: usize, ellipsis: &str) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mark = if width(ellipsis) <= room { ellipsis } else { "" };
    let mut left = room.saturating_sub(width(mark));
    let fitting = text.chars().take_while(|letter| {
        let wide = letter.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    });
    fitting.collect::<String>() + mark
}

/// A text in exactly `room` columns: cut, or filled with blanks.
pub fn pad(text: &str, room: usize, ellipsis: &str) -> String {
    let text = cut(text, room, ellipsis);
    let blanks = room.saturating_sub(width(&text));
    text + &" ".repeat(blanks)
}

/// A text in lines of at most `room` columns, broken at blanks where that is possible.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    text.lines().flat_map(|line| wrap_line(line, room)).collect()
}

fn wrap_line(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let fits = lines.last().is_some_and(|last| last.is_empty() || width(last) + 1 + width(word) <= room);
        if !fits {
            lines.push(String::new());
        }
        let last = lines.last_mut();
        if let Some(last) = last {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
        break_last(&mut lines, room);
    }
    lines
}

/// A word that is wider than a line is broken.
fn break_last(lines: &mut Vec<String>, room: usize) {
    while lines.last().is_some_and(|last| width(last) > room) {
        let Some(long) = lines.pop() else { return };
        let mut left = room;
        let end = long.char_indices().find(|(_, letter)| {
            let wide = letter.width().unwrap_or(0);
            let over = wide > left;
            left = left.saturating_sub(wide);
            over
        });
        // A letter that is wider than the line stands alone in it.
        let end = end.map_or(long.len(), |(at, _)| at);
        let end = if end == 0 { long.chars().next().map_or(long.len(), char::len_utf8) } else { end };
        let (head, tail) = long.split_at(end);
        lines.push(head.to_owned());
        if tail.is_empty() {
            return;
        }
        lines.push(tail.to_owned());
    }
}

/// What stands in a field that takes letters, with `_` where the next one goes; of what is too long the part around it.
pub fn field(input: &Input, room: usize) -> String {
    let (before, after) = beside_cursor(input, room, str::to_owned);
    let left = room.saturating_sub(width(&before) + 1);
    format!("{before}_{}", cut(&after, left, ""))
}

/// The part of such a text around the cursor that fits into `room` columns, and the cursor's column in it. `shown`: how the
/// text is shown.
pub fn window(input: &Input, room: usize, shown: impl Fn(&str) -> String) -> (String, usize) {
    let (before, after) = beside_cursor(input, room, shown);
    let column = width(&before);
    (before + &cut(&after, room.saturating_sub(column), ""), column)
}

/// What stands before the cursor, as much as leaves it a column, and all that stands after it.
fn beside_cursor(input: &Input, room: usize, shown: impl Fn(&str) -> String) -> (String, String) {
    let text = input.value();
    let at = text.char_indices().nth(input.cursor()).map_or(text.len(), |(at, _)| at);
    let (before, after) = text.split_at(at);
    (end_of(&shown(before), room.saturating_sub(1)).to_owned(), shown(after))
}

/// The end of a text that fits into `room` columns.
fn end_of(whole: &str, room: usize) -> &str {
    let mut left = room;
    let fits = |letter: &char| {
        let wide = letter.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    };
    let bytes: usize = whole.chars().rev().take_while(fits).map(char::len_utf8).sum();
    whole.get(whole.len().saturating_sub(bytes)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_columns_and_not_by_letters() {
        assert_eq!(cut("日本語", 5, "…"), "日本…");
        assert_eq!(cut("abc", 3, "…"), "abc");
        assert_eq!(cut("abcd", 0, "…"), "");
        assert_eq!(pad("日", 4, "…"), "日  ");
    }

    #[test]
    fn a_field_shows_where_the_next_letter_goes_however_long_it_is() {
        let at = |text: &str, cursor| Input::new(text.to_owned()).with_cursor(cursor);
        assert_eq!(field(&at("abc", 3), 9), "abc_");
        assert_eq!(field(&at("abc", 1), 9), "a_bc");
        assert_eq!(field(&at("abcdef", 6), 4), "def_");
        assert_eq!(field(&at("abcdef", 2), 4), "ab_c");
        assert_eq!(field(&at("abc", 0), 0), "_");
        assert_eq!(field(&at("日本語", 3), 5), "本語_", "letters may be two columns wide");
        assert_eq!(field(&at("日本語", 1), 6), "日_本");
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
    }
}
