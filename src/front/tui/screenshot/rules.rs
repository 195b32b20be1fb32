//! Rules and frames as lines: as letters they would meet only in fonts whose letters are as high as a row. Must not know what they
//! stand between.
use unicode_width::UnicodeWidthChar;

use super::{CELL, number};

/// From its middle, whether a sign of a rule or a frame goes to the left, right, up and down; `None`: it is a letter.
const fn arms(sign: char) -> Option<[bool; 4]> {
    Some(match sign {
        '─' => [true, true, false, false],
        '│' => [false, false, true, true],
        '┌' => [false, true, false, true],
        '┐' => [true, false, false, true],
        '└' => [false, true, true, false],
        '┘' => [true, false, true, false],
        '├' => [false, true, true, true],
        '┤' => [true, false, true, true],
        '┬' => [true, true, false, true],
        '┴' => [true, true, true, false],
        '┼' => [true, true, true, true],
        _ => return None,
    })
}

/// A text with blanks where its rules are.
pub fn without(text: &str) -> String {
    text.chars().map(|letter| if arms(letter).is_some() { ' ' } else { letter }).collect()
}

/// The rules of a text as the data of a path; empty: it has none. Its letters stand in cells side by side, from this place on;
/// a wide letter has none to its right.
pub fn path(text: &str, (left, top): (f32, f32)) -> String {
    let mut data = String::new();
    let mut x = left;
    // Where the rule began that goes on.
    let mut begun = None;
    for letter in text.chars() {
        let known = arms(letter);
        if !known.is_some_and(|[left, ..]| left) {
            data.extend(begun.take().map(|from| across(from, x, top)));
        }
        if let Some([left, right, up, down]) = known {
            let middle = x + CELL.0 / 2.0;
            let from = begun.take().unwrap_or(if left { x } else { middle });
            if right {
                begun = Some(from);
            } else if left {
                data.push_str(&across(from, middle, top));
            }
            if up || down {
                data.push_str(&upright(up, down, middle, top));
            }
        }
        x += CELL.0 * f32::from(u8::try_from(letter.width().unwrap_or(0)).unwrap_or(0));
    }
    data.extend(begun.map(|from| across(from, x, top)));
    data
}

fn across(from: f32, to: f32, top: f32) -> String {
    format!("M{} {}H{}", number(from), number(top + CELL.1 / 2.0), number(to))
}

fn upright(up: bool, down: bool, x: f32, top: f32) -> String {
    let middle = top + CELL.1 / 2.0;
    let (from, to) = (if up { top } else { middle }, if down { top + CELL.1 } else { middle });
    format!("M{} {}V{}", number(x), number(from), number(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_meet_from_cell_to_cell_and_row_to_row() {
        let (width, height) = CELL;
        let at = |x: f32| number(x * width);
        assert_eq!(path("──", (0.0, 0.0)), format!("M0 9H{}", at(2.0)));
        assert_eq!(path("│", (0.0, 0.0)), format!("M{} 0V18", at(0.5)));
        assert_eq!(path("│", (0.0, height)), format!("M{} 18V36", at(0.5)), "it begins where the one above ends");
        assert_eq!(path("┌─┐", (0.0, 0.0)), format!("M{0} 9V18M{0} 9H{1}M{1} 9V18", at(0.5), at(2.5)));
        assert_eq!(path("a─日│", (0.0, 0.0)), format!("M{} 9H{}M{} 0V18", at(1.0), at(2.0), at(4.5)));
        assert_eq!(path("─│", (0.0, 0.0)), format!("M0 9H{}M{} 0V18", at(1.0), at(1.5)));
        assert_eq!(path("words", (0.0, 0.0)), "");
        assert_eq!(without("─▸ Pods ─┬"), " ▸ Pods   ");
    }
}
