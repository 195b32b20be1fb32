//! Makes text of a cluster safe to show: no escape sequences, no control or direction-changing characters, no secrets,
//! no endless lines. Must not know where the text came from.

/// Longest text that is shown, in characters.
const LONGEST: usize = 2000;

/// One line: the first lines joined, cleaned and cut.
pub fn line(raw: &str) -> String {
    clean(raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cleaned text with its line breaks, cut to a length that fits a screen.
pub fn clean(raw: &str) -> String {
    let plain: String = strip(raw).chars().filter(|c| *c == '\n' || *c == '\t' || !hidden(*c)).collect();
    let cut: String = plain.chars().take(LONGEST).collect();
    redact(&cut)
}

fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Removes escape sequences of terminals: CSI, OSC (hyperlinks, clipboard, titles) and two-letter ones.
fn strip(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len().min(LONGEST * 4));
    let mut letters = raw.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                Some('[') => skip_csi(&mut letters),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut letters),
                _ => {}
            },
            '\u{9b}' => skip_csi(&mut letters),
            '\u{9d}' | '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}' => skip_string(&mut letters),
            _ => plain.push(letter),
        }
    }
    plain
}

fn skip_csi(letters: &mut impl Iterator<Item = char>) {
    for letter in letters {
        if ('\u{40}'..='\u{7e}').contains(&letter) {
            return;
        }
    }
}

fn skip_string(letters: &mut std::iter::Peekable<impl Iterator<Item = char>>) {
    while let Some(letter) = letters.next() {
        if letter == '\u{7}' || letter == '\u{9c}' {
            return;
        }
        if letter == '\u{1b}' && letters.peek() == Some(&'\\') {
            letters.next();
            return;
        }
    }
}

/// Words after which a secret stands in logs and messages.
const BEFORE_SECRETS: [&str; 9] =
    ["password", "passwd", "token", "secret", "authorization", "bearer", "apikey", "api_key", "client_secret"];

/// Blanks out what stands behind `password=`, `token:`, `Bearer` and the like, and user and password in URLs.
fn redact(text: &str) -> String {
    text.split_inclusive(['\n', ' ', ',', ';', '&'])
        .scan(false, |hide_next, word| Some(redact_word(word, hide_next)))
        .collect()
}

fn redact_word(word: &str, hide_next: &mut bool) -> String {
    let body = word.trim_end_matches(['\n', ' ', ',', ';', '&']);
    let tail = word.get(body.len()..).unwrap_or_default();
    if std::mem::take(hide_next) && !body.is_empty() && body.len() > 7 {
        return format!("…{tail}");
    }
    let lower = body.to_ascii_lowercase();
    if lower == "bearer" || lower == "basic" {
        *hide_next = true;
        return word.to_owned();
    }
    if let Some((name, value)) = body.split_once(['=', ':']) {
        let name_lower = name.to_ascii_lowercase();
        if BEFORE_SECRETS.iter().any(|known| name_lower.ends_with(known)) {
            *hide_next = value.is_empty() && !name_lower.ends_with("authorization");
            let sign = body.get(name.len()..=name.len()).unwrap_or("=");
            return if value.is_empty() { word.to_owned() } else { format!("{name}{sign}…{tail}") };
        }
    }
    redact_url(word)
}

fn redact_url(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    match rest.split_once('@') {
        Some((user, host)) if user.contains(':') && !user.contains('/') => format!("{scheme}://…@{host}"),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_hidden_characters_are_gone() {
        assert_eq!(
            clean("\u{1b}[31mred\u{1b}[0m \u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{1b}\\ \u{202e}abc\u{0}\u{9b}2Jx"),
            "red link abcx"
        );
        assert_eq!(line("a\r\n\tb\u{1b}"), "a b");
    }

    #[test]
    fn secrets_are_blanked_out() {
        for (raw, expected) in [
            ("password=hunter22 ok", "password=… ok"),
            ("Authorization: Bearer abcdefgh12345 end", "Authorization: Bearer … end"),
            ("postgresql://hub:hunter2@db/x", "postgresql://…@db/x"),
            ("RAY_AUTH_TOKEN=abcdef,next", "RAY_AUTH_TOKEN=…,next"),
            ("the token is missing", "the token is missing"),
        ] {
            assert_eq!(clean(raw), expected);
        }
    }

    #[test]
    fn endless_text_is_cut() {
        assert_eq!(clean(&"x".repeat(1_000_000)).chars().count(), LONGEST);
    }
}
