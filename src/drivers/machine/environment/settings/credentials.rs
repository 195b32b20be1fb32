//! Logins in addresses: found so that they are shown nowhere. Must not know who said them.

/// A URL without credentials and query.
pub(super) fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let text = if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") };
    crate::health::text::brief(&text, 200)
}

/// User and password of each URL in a text, together and the password alone, as they stand and decoded.
pub(super) fn credentials(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("://").skip(1) {
        let end = part.find(|c: char| c.is_whitespace() || "/?#,".contains(c)).unwrap_or(part.len());
        let Some((user, _)) = part.split_at(end).0.rsplit_once('@') else { continue };
        let password = user.split_once(':').map_or(user, |(_, password)| password);
        found.extend([user.to_owned(), password.to_owned(), decoded(password)]);
    }
    found
}

/// `%40` and its like as what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
