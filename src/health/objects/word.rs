//! `Word`: a text that thousands of objects have in common, held once. Must not know whose it is.
use std::{borrow::Borrow, cell::RefCell, collections::HashSet, fmt, ops::Deref, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// Words that are remembered; from here on those that nobody holds any more are forgotten.
const MOST: usize = 4096;

thread_local! {
    /// Of each thread its own: nobody waits for another. It only saves room: a word that is not found here is made.
    static KNOWN: RefCell<HashSet<Arc<str>>> = RefCell::default();
}

/// A namespace, image, label, kind, reason …: what is read again and again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(Arc<str>);

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(KNOWN.with_borrow_mut(|known| one(known, text)))
    }
}

fn one(known: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(held) = known.get(text) {
        return Arc::clone(held);
    }
    let new: Arc<str> = text.into();
    if known.len() >= MOST {
        known.retain(|word| Arc::strong_count(word) > 1);
    }
    if known.len() < MOST {
        known.insert(Arc::clone(&new));
    }
    new
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl Default for Word {
    fn default() -> Self {
        "".into()
    }
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Word {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                Ok(text.into())
            }
        }
        from.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_held_once() {
        let [one, other]: [Word; 2] = [serde_json::from_str(r#""ray""#).unwrap(), "ray".into()];
        assert!(Arc::ptr_eq(&one.0, &other.0));
        assert_eq!((&*one, format!("{one}"), format!("{one:?}")), ("ray", "ray".to_owned(), r#""ray""#.to_owned()));
        assert!(serde_json::from_str::<Word>("1").is_err());
    }

    #[test]
    fn words_that_nobody_holds_make_room_and_too_many_are_words_all_the_same() {
        let kept: Vec<Word> = (0..100).map(|n| format!("kept {n}").into()).collect();
        for n in 0..3 * MOST {
            let _: Word = format!("gone {n}").into();
        }
        assert!(KNOWN.with_borrow(HashSet::len) <= MOST);
        let again: Word = "kept 7".into();
        assert!(Arc::ptr_eq(&again.0, &kept[7].0));
        let many: Vec<Word> = (0..2 * MOST).map(|n| format!("many {n}").into()).collect();
        assert_eq!(&*many[2 * MOST - 1], format!("many {}", 2 * MOST - 1));
    }
}
