//! The progress of a spawn as the hub streams it: server-sent events, one JSON object each. KubeSpawner puts the pod's events there.
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use crate::{
    health::text,
    problem::Problem,
    verify::{causes::hub as causes, web::Web},
};

/// Longest silence: the hub sends an empty line every 8 s.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest line that is kept.
const LONGEST: usize = 64 << 10;
/// Most messages that are told: KubeSpawner tells some dozens.
const MOST: usize = 500;

/// How a spawn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spawned {
    /// The server runs under this path.
    Ready(String),
    /// It does not, in the hub's words.
    Failed(String),
}

/// Follows the stream to the end, telling every message.
pub async fn follow(web: &Web, path: &str, say: &(dyn Fn(&str) + Send + Sync)) -> Result<Spawned, Problem> {
    let mut response = web.stream(path, "text/event-stream").await?;
    if !response.status().is_success() {
        return Err(causes::no_progress(response.status().as_u16()));
    }
    let (mut waiting, mut last, mut told) = (Vec::new(), String::new(), 0);
    loop {
        let piece = timeout(SILENCE, response.chunk()).await.map_err(|_| causes::spawn_silent(&last))?;
        let Some(piece) = piece.map_err(|error| web.unreachable(&error))? else {
            return Err(causes::spawn_silent(&last));
        };
        waiting.extend_from_slice(&piece);
        for line in whole_lines(&mut waiting) {
            match read(&line) {
                Some(Read::Message(message)) if message != last => {
                    told += 1;
                    if told <= MOST {
                        say(&message);
                    }
                    last = message;
                }
                Some(Read::End(spawned)) => return Ok(with_last_words(spawned, &last)),
                _ => {}
            }
        }
    }
}

/// The hub's own "Spawn failed" says little; the last event before it often says why.
fn with_last_words(spawned: Spawned, last: &str) -> Spawned {
    match spawned {
        Spawned::Failed(words) if !last.is_empty() && !words.contains(last) => {
            Spawned::Failed(format!("{words}\n{last}"))
        }
        other => other,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Read {
    Message(String),
    End(Spawned),
}

fn read(line: &str) -> Option<Read> {
    let event: Value = serde_json::from_str(line.strip_prefix("data:")?.trim()).ok()?;
    let words = |key: &str| text::line(event.get(key).and_then(Value::as_str).unwrap_or_default());
    let is = |key: &str| event.get(key) == Some(&Value::Bool(true));
    Some(if is("ready") {
        Read::End(Spawned::Ready(words("url")))
    } else if is("failed") {
        Read::End(Spawned::Failed(words("message")))
    } else {
        Read::Message(plain(&words("message")).to_owned())
    })
}

/// A pod's event without `2026-01-01T12:00:00Z [Normal] ` before it.
fn plain(message: &str) -> &str {
    let event = message.split_once(" [").filter(|(time, _)| time.parse::<jiff::Timestamp>().is_ok());
    event.and_then(|(_, rest)| rest.split_once("] ")).map_or(message, |(_, words)| words)
}

fn whole_lines(waiting: &mut Vec<u8>) -> Vec<String> {
    let Some(end) = waiting.iter().rposition(|byte| *byte == b'\n') else {
        if waiting.len() > LONGEST {
            waiting.clear();
        }
        return Vec::new();
    };
    let whole: Vec<u8> = waiting.drain(..=end).collect();
    String::from_utf8_lossy(&whole).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_and_cleaned() {
        assert_eq!(
            read("data: {\"progress\": 50, \"message\": \"\\u001b[31mPulling\\u001b[0m image\"}"),
            Some(Read::Message("Pulling image".to_owned()))
        );
        assert_eq!(
            read("data: {\"progress\": 100, \"ready\": true, \"url\": \"/user/x/\"}"),
            Some(Read::End(Spawned::Ready("/user/x/".to_owned())))
        );
        assert_eq!(
            read("data:{\"failed\": true, \"message\": \"Spawn failed: no\"}"),
            Some(Read::End(Spawned::Failed("Spawn failed: no".to_owned())))
        );
        assert_eq!(
            read("data: {\"message\": \"2026-01-01T12:00:00.5Z [Normal] Container started\"}"),
            Some(Read::Message("Container started".to_owned()))
        );
        assert_eq!(read(""), None);
        assert_eq!(read("data: {torn"), None);
    }

    #[test]
    fn a_line_may_come_in_pieces() {
        let mut waiting = b"data: {\"pro".to_vec();
        assert!(whole_lines(&mut waiting).is_empty());
        waiting.extend_from_slice(b"gress\": 1}\n\ndata");
        assert_eq!(whole_lines(&mut waiting), ["data: {\"progress\": 1}", ""]);
        assert_eq!(waiting, b"data");
    }

    #[test]
    fn the_last_event_tells_why_a_spawn_failed() {
        let failed = with_last_words(Spawned::Failed("Spawn failed: Timeout".to_owned()), "0/1 nodes are available");
        assert_eq!(failed, Spawned::Failed("Spawn failed: Timeout\n0/1 nodes are available".to_owned()));
    }
}
