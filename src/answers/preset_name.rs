//! How presets are named: by a plain name, for those that come with hubwright and for the person's own, or by the path of a file.
//! Must not know where own presets are kept.
use std::path::Path;

use super::shipped;

/// What a preset can be saved as, in words.
pub const ALLOWED: &str = "letters, digits, `-`, `_` and `.`; or a path: with a `/`, or ending in `.yaml`";

/// Whether it is the path of a file.
pub fn is_path(text: &str) -> bool {
    let ending = Path::new(text).extension();
    text.contains('/') || ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// Whether it can be the name of a preset of the person's own.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    text.starts_with(|c: char| c.is_alphanumeric() || c == '_') && text.chars().all(plain) && !is_path(text)
}

/// What keeps a preset from being saved as this, and what is allowed; `None`: nothing.
pub fn wrong(text: &str) -> Option<String> {
    if shipped::find(text).is_some() {
        return Some(format!("`{text}` is a preset that comes with hubwright: choose another name"));
    }
    let plain = !text.ends_with('/') && !text.contains(char::is_control);
    let file = is_path(text) && plain && Path::new(text).file_name().is_some();
    (!file && !is_name(text)).then(|| format!("expected {ALLOWED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_blank_is_no_file_in_the_current_folder() {
        for name in ["mine", "mine.v2", "hub-2_b", "_x"] {
            assert!(is_name(name) && wrong(name).is_none(), "{name}");
        }
        for path in ["./my hub", "~/hubs/x.yaml", "mine.yaml", "/srv/x", "a.yml"] {
            assert!(is_path(path) && !is_name(path) && wrong(path).is_none(), "{path}");
        }
        for neither in ["my hub", "", " ", "~", "..", ".yaml", "-x", "a:b", "a/", "/", "../..", "./a\nb", "trial"] {
            assert!(wrong(neither).is_some(), "{neither}");
        }
    }
}
