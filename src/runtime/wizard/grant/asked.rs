//! What was asked, and which answers are still of use: of each kind only those to the newest question, so that nothing of an
//! older run, target or state of the answers is taken for the newer one. Must not know what is asked.
use std::collections::HashMap;

use tokio::{sync::mpsc::Sender, task::AbortHandle};

use crate::front::wizard::wish::News;

/// Kinds of questions of which only the newest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// Work that goes on, and all that happens in it.
    Work,
    /// What is known of the target.
    Look,
    /// What an installation would do.
    Preview,
    /// Everything about a pod.
    Pod,
    /// The lines of a log.
    Logs,
}

/// News with the question that they answer; of the rest, without one.
#[derive(Debug)]
pub struct Tagged {
    question: Option<(About, u64)>,
    pub(super) news: News,
}

impl From<News> for Tagged {
    fn from(news: News) -> Self {
        Self { question: None, news }
    }
}

/// Tells what answers one question.
#[derive(Clone)]
pub struct Teller {
    told: Sender<Tagged>,
    question: (About, u64),
}

impl Teller {
    /// Waits for room. Nobody hears it once the screens are gone.
    pub async fn tell(&self, news: News) {
        let _ = self.told.send(Tagged { question: Some(self.question), news }).await;
    }
}

/// The newest question of each kind, by its number.
pub struct Asked {
    told: Sender<Tagged>,
    numbers: u64,
    newest: HashMap<About, (u64, Option<AbortHandle>)>,
}

impl Asked {
    /// Nothing was asked. Answers go to `told`.
    pub fn new(told: Sender<Tagged>) -> Self {
        Self { told, numbers: 0, newest: HashMap::new() }
    }

    /// A new question takes the place of the one before, whose answers are of no use any more.
    pub fn begin(&mut self, about: About) -> Teller {
        self.numbers += 1;
        if let Some((_, Some(before))) = self.newest.insert(about, (self.numbers, None)) {
            before.abort();
        }
        Teller { told: self.told.clone(), question: (about, self.numbers) }
    }

    /// What is at it ends with the next question of its kind.
    pub fn at_it(&mut self, about: About, task: AbortHandle) {
        if let Some((_, at_it)) = self.newest.get_mut(&about) {
            *at_it = Some(task);
        }
    }

    /// The news, unless they answer a question that another one took the place of.
    pub fn hear(&self, told: Tagged) -> Option<News> {
        let newest = |(about, number)| self.newest.get(&about).is_some_and(|(newest, _)| *newest == number);
        told.question.is_none_or(newest).then_some(told.news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_answers_to_the_newest_question_of_a_kind_are_heard() {
        let (told, mut heard) = tokio::sync::mpsc::channel(8);
        let mut asked = Asked::new(told.clone());
        let (old, other) = (asked.begin(About::Work), asked.begin(About::Look));
        old.tell(News::Wrong(Vec::new())).await;
        let new = asked.begin(About::Work);
        for teller in [&old, &new, &other] {
            teller.tell(News::Wrong(Vec::new())).await;
        }
        told.send(News::Wrong(Vec::new()).into()).await.unwrap();
        let mut useful = Vec::new();
        for _ in 0..5 {
            useful.push(asked.hear(heard.recv().await.unwrap()).is_some());
        }
        assert_eq!(useful, [false, false, true, true, true]);
    }
}
