//! Which lines of a long list are to be seen. Must not know lists.
use std::ops::Range;

/// As many lines as there is room for, the selected one among them, in the middle where that is possible.
pub fn around(selected: usize, lines: usize, room: u16) -> Range<usize> {
    let room = usize::from(room);
    let last = lines.saturating_sub(room);
    let start = selected.saturating_sub(room / 2).min(last);
    start..start.saturating_add(room).min(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_selected_is_seen_and_no_room_is_wasted() {
        for lines in 0..40 {
            for room in 0..20 {
                for selected in 0..lines {
                    let seen = around(selected, lines, room);
                    assert_eq!(seen.len(), lines.min(usize::from(room)));
                    assert!(room == 0 || seen.contains(&selected), "{selected} of {lines} in {room}: {seen:?}");
                }
            }
        }
        assert_eq!(around(7, 3, 2), 1..3, "a selection that is gone shows the end");
    }
}
