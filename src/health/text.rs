//! Text that comes from a cluster is hostile: it may hold escape sequences that drive a terminal, characters that turn
//! the reading direction round, and secrets. Whatever gets into a finding, a problem or an event comes through here.
//! Must not know where the text came from.

/// Longest title, in characters.
pub const TITLE: usize = 300;
/// Longest text, in characters.
const LONGEST: usize = 2_000;

const HIDDEN: &str = "***";

/// Text as one line, cleaned, without secrets, cut where it grows longer than a screen.
pub fn line(text: &str) -> String {
    brief(text, LONGEST)
}

/// Text as one line, cleaned, without secrets, at most `max` characters.
pub fn brief(text: &str, max: usize) -> String {
    let visible = visible(text);
    let words: Vec<&str> = visible.split_whitespace().collect();
    cut(&redact(&words.join(" ")), max)
}

/// Text with its line breaks, cleaned, without secrets, cut where it grows longer than a screen.
pub fn clean(text: &str) -> String {
    let visible = visible(text);
    let lines: Vec<String> = visible.lines().map(|one| redact(one.trim_end())).collect();
    cut(lines.join("\n").trim_matches('\n'), LONGEST)
}

/// Text of at most `max` characters; what is cut away leaves an ellipsis.
pub fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Text without escape sequences, control characters (but line breaks) and invisible or direction-turning characters.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                Some('[') => skip_control_sequence(&mut chars),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_control_string(&mut chars),
                Some('(' | ')' | '*' | '+' | '#' | '%' | ' ') => drop(chars.next()),
                _ => {}
            },
            '\u{9b}' => skip_control_sequence(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_control_string(&mut chars),
            '\n' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\r' if chars.peek() != Some(&'\n') => out.push('\n'),
            '\t' => out.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// After `ESC [`: parameters up to a letter. A line break ends it as well, so that a broken one cannot swallow the rest.
fn skip_control_sequence(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(&c) = chars.peek() {
        if c == '\n' {
            return;
        }
        chars.next();
        if ('\u{40}'..='\u{7e}').contains(&c) {
            return;
        }
    }
}

/// After `ESC ]` and its like (titles, links, clipboard): everything up to the terminator or the end of the line.
fn skip_control_string(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(&c) = chars.peek() {
        if c == '\n' {
            return;
        }
        chars.next();
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text without what looks like a password, token or key.
pub fn redact(text: &str) -> String {
    let text = hide_rate_limit_account(text);
    let text = hide_user_of_urls(&text);
    let text = hide_pairs(&text);
    hide_words(&text)
}

/// Docker Hub's rate limit names the user and a token: `… pull rate limit as 'ada': dckr_jti_… . You may …`.
fn hide_rate_limit_account(text: &str) -> String {
    const BEFORE: &str = "rate limit as ";
    let Some((before, rest)) = text.split_once(BEFORE) else { return text.to_owned() };
    let after = rest.find(". ").map_or("", |at| rest.split_at(at).1);
    format!("{before}{BEFORE}{HIDDEN}{after}")
}

/// `https://user:password@host` becomes `https://***@host`.
fn hide_user_of_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("://");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("://");
        let end = part.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?')).unwrap_or(part.len());
        let (authority, rest) = part.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => out.extend([HIDDEN, "@", host, rest]),
            None => out.extend([authority, rest]),
        }
    }
    out
}

/// `password=…`, `token: …`, `"auth":"…"` lose their value.
fn hide_pairs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, from_sign) = rest.split_at(at);
        let (sign, value) = from_sign.split_at(1);
        out.extend([before, sign]);
        rest = match secret_value(before, sign == "=", value) {
            Some((lead, after)) => {
                out.extend([lead, HIDDEN]);
                after
            }
            None => value,
        };
    }
    out.push_str(rest);
    out
}

/// If `before` names a secret: what stands before its value (blanks, a quote) and what comes after the value.
fn secret_value<'a>(before: &str, equals: bool, value: &'a str) -> Option<(&'a str, &'a str)> {
    let name = before.trim_end_matches(['"', '\'', '\\', ' ']);
    let name = name.rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).next()?;
    let kind = secret_name(name)?;
    let blanks = value.len() - value.trim_start_matches([' ', '\\']).len();
    let quote = value.split_at(blanks).1.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (lead, value) = value.split_at(blanks + quote.map_or(0, char::len_utf8));
    let end = match quote {
        Some(quote) => value.find([quote, '\\']),
        None => value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '&' | ',' | ';' | ')' | '}')),
    };
    let (value, after) = value.split_at(end.unwrap_or(value.len()));
    // `token: expired` is prose; a value has digits or stands in quotes or after an equals sign
    let is_value = equals || quote.is_some() || kind == Secrecy::Password || value.chars().any(|c| c.is_ascii_digit());
    (is_value && !value.is_empty()).then_some((lead, after))
}

#[derive(PartialEq)]
enum Secrecy {
    Password,
    Other,
}

fn secret_name(name: &str) -> Option<Secrecy> {
    let name = name.to_ascii_lowercase();
    if ["password", "passwd", "passphrase", "pwd"].iter().any(|end| name.ends_with(end)) {
        return Some(Secrecy::Password);
    }
    let ends =
        ["token", "secret", "apikey", "api_key", "api-key", "access_key", "secret_key", "client-secret", "cookie"];
    (name == "auth" || ends.iter().any(|end| name.ends_with(end))).then_some(Secrecy::Other)
}

/// Words that are secrets by their look, and the word after `Bearer` or `Basic`.
fn hide_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_scheme = false;
    for piece in text.split_inclusive(|c: char| !is_word(c)) {
        let word = piece.trim_end_matches(|c: char| !is_word(c));
        let tail = piece.split_at(word.len()).1;
        let secret = looks_secret(word) || (after_scheme && word.len() >= 8);
        out.extend([if secret { HIDDEN } else { word }, tail]);
        if !word.is_empty() {
            after_scheme = word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic");
        }
    }
    out
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_')
}

fn looks_secret(word: &str) -> bool {
    const PREFIXES: &[&str] = &["dckr_", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat", "hf_"];
    if word.len() >= 12 && PREFIXES.iter().any(|prefix| word.starts_with(prefix)) {
        return true;
    }
    let has = |what: fn(&char) -> bool| word.chars().any(|c| what(&c));
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    mixed && (word.len() >= 40 || (word.len() >= 16 && word.starts_with("eyJ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_drives_a_terminal_comes_through() {
        let cases = [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("a\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "alink"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{9d}52;c;ZXZpbA==\u{9c}b", "ab"),
            ("rm\u{8}\u{8}ls\u{0}", "rmls"),
            ("user\u{202e}gnp.exe", "usergnp.exe"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("one\r\ntwo\rthree", "one two three"),
            ("\u{1b}(0lqk", "lqk"),
        ];
        for (hostile, expected) in cases {
            assert_eq!(line(hostile), expected, "{hostile:?}");
        }
    }

    #[test]
    fn an_unfinished_sequence_does_not_swallow_the_next_line() {
        assert_eq!(clean("a\u{1b}]0;open\nb\u{1b}[12\nc"), "a\nb\nc");
    }

    #[test]
    fn long_text_is_cut_at_a_character_and_says_so() {
        assert_eq!(cut("ääää", 3), "ää…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(clean(&"x".repeat(10_000)).chars().count(), LONGEST);
    }

    #[test]
    fn secrets_are_hidden_and_the_rest_stays() {
        let cases = [
            ("login failed password=hunter2 for ada", "login failed password=*** for ada"),
            ("db url postgres://hub:s3cret@db:5432/hub", "db url postgres://***@db:5432/hub"),
            ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***"),
            (r#"{"auth":"YWRhOnBhc3M="}"#, r#"{"auth":"***"}"#),
            ("client_secret: 'a b', next", "client_secret: '***', next"),
            ("password: swordfish", "password: ***"),
            ("key ghp_abcdefghijklmnop end", "key *** end"),
            (
                "toomanyrequests: You have reached your pull rate limit as 'ada': dckr_jti_AbC123=. You may increase it",
                "toomanyrequests: You have reached your pull rate limit as ***. You may increase it",
            ),
            ("eyJhdXRocyI6eyJxdWF5LmlvIjp7ImF1dGgiOiJZV1J", "***"),
        ];
        for (leaky, expected) in cases {
            assert_eq!(line(leaky), expected);
        }
    }

    #[test]
    fn what_kubernetes_says_about_secrets_is_no_secret() {
        for harmless in [
            r#"secret "hub-credentials" not found"#,
            "couldn't find key password in Secret hub/hub",
            "MountVolume.SetUp failed for volume \"config\" : secret \"hub\" not found",
            "invalid token: expired",
            "quay.io/jupyter/minimal-notebook@sha256:3f1c2a9e7b3f1c2a9e7b3f1c2a9e7b3f1c2a9e7b3f1c2a9e7b3f1c2a9e7b3f1c",
            "pod ray-cluster-small-worker-x7k2p 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
            "back-off 20s restarting failed container=hub pod=hub-7d9f_hub(9a6d2d1e-52a7-4a7e-8f0e-1f1c0a9e7b3f)",
        ] {
            assert_eq!(line(harmless), harmless);
        }
    }

    #[test]
    fn hostile_text_of_any_kind_becomes_clean_and_short() {
        let pieces = [
            "\u{1b}[",
            "\u{1b}]",
            "\u{9b}",
            "password=",
            "://",
            "@",
            "\"",
            "\\",
            "é",
            "\u{202e}",
            "eyJ",
            "=",
            ":",
            "\n",
            "a1B",
            " ",
        ];
        let mut state: u64 = 7;
        for _ in 0..3_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
            }
            assert!(brief(&text, 20).chars().count() <= 20, "{text:?}");
            for clean in [brief(&text, 20), clean(&text)] {
                assert!(
                    clean.chars().all(|c| c == '\n' || !(c.is_control() || is_invisible(c))),
                    "{text:?} -> {clean:?}"
                );
            }
            assert!(!line(&text).contains('\n'), "{text:?}");
        }
    }
}
