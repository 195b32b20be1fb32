//! What happened, as sentences, the last few thousand of them. Must not word anything, nor know how a line is drawn.
use std::{collections::VecDeque, ops::Range};

use jiff::Timestamp;

use crate::{
    front::{message::Sentence, settle::Settling},
    health::text,
    run::event::EventKind,
};

/// Sentences that are kept.
pub const MOST: usize = 5_000;
/// Longest line of a sentence, in characters.
const LONGEST: usize = 2_000;

/// The log. Sentences have numbers that stay, although old ones go.
#[derive(Debug, Clone, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// Number of the first one that is kept.
    first: u64,
    settling: Settling,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub sentence: Sentence,
}

impl Entry {
    /// Whether some letters occur in it, small or capital.
    pub fn holds(&self, letters: &str) -> bool {
        let wanted = letters.to_lowercase();
        let texts = self.sentence.lines.iter().chain([&self.sentence.about]);
        wanted.is_empty() || texts.map(|text| text.to_lowercase()).any(|text| text.contains(&wanted))
    }

    /// What it is about, and its first line.
    pub fn text(&self) -> String {
        let first = self.sentence.lines.first().map_or("", String::as_str);
        let about = &self.sentence.about;
        if about.is_empty() { first.to_owned() } else { format!("{about}: {first}") }
    }
}

impl Log {
    /// Takes the sentence of an event; one that may change again in a moment is held back.
    pub fn take(&mut self, at: Timestamp, kind: &EventKind, sentence: Option<Sentence>) {
        self.settle(at);
        if let Some(sentence) = sentence.and_then(|sentence| self.settling.take(at, kind, sentence)) {
            self.push(at, sentence);
        }
    }

    /// Time goes by: what has lasted becomes a line.
    pub fn settle(&mut self, now: Timestamp) {
        for (at, sentence) in self.settling.due(now) {
            self.push(at, sentence);
        }
    }

    /// Numbers of the sentences that are kept.
    pub fn numbers(&self) -> Range<u64> {
        self.first..self.first + self.entries.len() as u64
    }

    /// The sentence of a number.
    pub fn get(&self, number: u64) -> Option<&Entry> {
        let at = number.checked_sub(self.first)?;
        self.entries.get(usize::try_from(at).ok()?)
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    fn push(&mut self, at: Timestamp, mut sentence: Sentence) {
        // Who wants the whole of it opens the journal; here, thousands of them are kept.
        sentence.lines.iter_mut().filter(|line| line.len() > LONGEST).for_each(|line| *line = text::cut(line, LONGEST));
        self.entries.push_back(Entry { at, sentence });
        if self.entries.len() > MOST {
            self.entries.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::message::word;

    fn sentence(text: String) -> Sentence {
        Sentence { word: word::NOTE, about: "Hub".to_owned(), lines: vec![text] }
    }

    #[test]
    fn old_sentences_go_and_numbers_stay() {
        let mut log = Log::default();
        for number in 0..MOST + 7 {
            let text = format!("line {number}");
            let kind = EventKind::Note { text: text.clone() };
            log.take(Timestamp::UNIX_EPOCH, &kind, Some(sentence(text)));
        }
        assert_eq!((log.numbers(), log.iter().count()), (7..MOST as u64 + 7, MOST));
        assert_eq!(log.get(7).unwrap().text(), "Hub: line 7");
        assert!(log.get(6).is_none() && log.get(MOST as u64 + 7).is_none());
        let first = log.get(7).unwrap();
        assert!(first.holds("LINE 7") && first.holds("hub") && !first.holds("ray"));
    }
}
