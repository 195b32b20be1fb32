//! The watch of a namespace: one watcher per kind of `health::objects`, merged into one stream of changes, and a
//! heartbeat that tells whether the API server answers. Must not decide anything about what it sees.
//!
//! A kind that may not be seen, or is not installed yet, is reported once as blind and tried again slowly; the rest goes
//! on. kube would notice a dead connection after 295 s: here every watch is renewed after 25 s, so that silence is
//! noticed within 30 s at the cost of two small requests per kind and minute.
use std::{pin::pin, time::Duration};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use kube::{
    Api, Client,
    client::Body,
    runtime::watcher::{self, Event},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use super::{errors, seen::Seen};
use crate::{
    health::{
        objects::{Change, KindVisitor, Watched, each_kind},
        text,
    },
    run::ports::FailureKind,
};

/// Changes that may wait for the reader. A slow reader slows the watches down, not the memory up.
const WAITING: usize = 1024;
/// Seconds after which the server ends a watch, and it is renewed from where it was.
const RENEWED: u32 = 25;
/// Objects per page of the first list.
const PAGE: u32 = 100;
/// Definitions of kinds are up to 1.4 MB each.
const PAGE_OF_DEFINITIONS: u32 = 20;
/// How often the API server is asked whether it is there.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Every so many answers its clock is read: that of a laptop may have stood still meanwhile.
const CLOCK: u32 = 12;
/// Difference of two clocks that tells nothing: times are whole seconds, and were on their way.
const INEXACT: SignedDuration = SignedDuration::from_secs(5);
/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(3);
/// How soon it is asked again after it did not answer.
const AGAIN: Duration = Duration::from_secs(2);
/// First and longest pause after a watch failed.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));
/// How often a kind that is not installed is looked for.
const NOT_INSTALLED: Duration = Duration::from_secs(3);
/// How often a kind that is not allowed is tried: a permission may be given while we run.
const NOT_ALLOWED: Duration = Duration::from_secs(30);

/// Watches a namespace and the kinds that have none. Call it within a tokio runtime; it ends when it is dropped.
pub fn watch(client: Client, namespace: &str) -> BoxStream<'static, Change> {
    let (changes, reader) = mpsc::channel(WAITING);
    let (contact, seen) = watch::channel(0);
    let scope =
        Scope { client: client.clone(), namespace: namespace.to_owned(), changes: changes.clone(), contact: seen };
    let mut watchers = Watchers { scope, tasks: JoinSet::new() };
    each_kind(&mut watchers);
    let mut tasks = watchers.tasks;
    tasks.spawn(heartbeat(client, changes, contact));
    // The tasks end with the stream that holds them.
    stream::unfold((reader, tasks), |(mut reader, tasks)| async move {
        reader.recv().await.map(|change| (change, (reader, tasks)))
    })
    .boxed()
}

/// The reader is gone: nothing is left to do.
struct Gone;

/// What a watcher of any kind needs.
#[derive(Clone)]
struct Scope {
    client: Client,
    namespace: String,
    changes: mpsc::Sender<Change>,
    /// Counts how often contact was found again.
    contact: watch::Receiver<u64>,
}

struct Watchers {
    scope: Scope,
    tasks: JoinSet<()>,
}

impl KindVisitor for Watchers {
    fn visit<W: Watched>(&mut self) {
        let scope = self.scope.clone();
        self.tasks.spawn(async move {
            // The only way it ends is that nobody listens any more.
            let _ = follow::<W>(scope).await;
        });
    }
}

/// Follows one kind for ever.
async fn follow<W: Watched>(mut scope: Scope) -> Result<(), Gone> {
    let mut events = pin!(events::<W>(&scope));
    let mut teller = Teller { changes: scope.changes.clone(), kind: W::KIND.kind, begins: false, blind: false };
    let mut pause = PAUSES.0;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                // A list only begins with `Init`: that is no sign of success yet.
                if !matches!(event, Event::Init) {
                    pause = PAUSES.0;
                }
                teller.tell(event).await?;
            }
            Err(error) => {
                scope.rest(teller.failed(&error, pause).await?).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
    Ok(())
}

impl Scope {
    /// Waits, but not longer than until contact is found again.
    async fn rest(&mut self, wait: Duration) {
        self.contact.mark_unchanged();
        // Out of time, contact again, or no heartbeat any more: in each case it is tried again.
        let _ = tokio::time::timeout(wait, self.contact.changed()).await;
    }
}

fn events<W: Watched>(scope: &Scope) -> BoxStream<'static, watcher::Result<Event<Seen<W>>>> {
    let kind = W::KIND;
    let client = scope.client.clone();
    let api: Api<Seen<W>> =
        if kind.namespaced { Api::namespaced_with(client, &scope.namespace, &()) } else { Api::all_with(client, &()) };
    let mut config = watcher::Config::default().timeout(RENEWED).page_size(PAGE);
    if let Some(selector) = kind.selector {
        config = config.labels(selector);
    }
    match kind.kind {
        // Often one may see one's own namespace only.
        "Namespace" => config = config.fields(&format!("metadata.name={}", scope.namespace)),
        "CustomResourceDefinition" => config = config.page_size(PAGE_OF_DEFINITIONS),
        _ => {}
    }
    watcher::watcher(api, config).boxed()
}

/// Tells the reader what happened to one kind.
struct Teller {
    changes: mpsc::Sender<Change>,
    kind: &'static str,
    /// A list was begun, and nothing of it has arrived: it may still fail.
    begins: bool,
    /// It was said that this kind cannot be seen.
    blind: bool,
}

impl Teller {
    async fn tell<W: Watched>(&mut self, event: Event<Seen<W>>) -> Result<(), Gone> {
        match event {
            Event::Init => {
                self.begins = true;
                Ok(())
            }
            Event::InitApply(Seen { object, .. }) => {
                self.listing().await?;
                self.say(Change::Applied(Box::new(object.into_object()))).await
            }
            Event::InitDone => {
                self.listing().await?;
                self.say(Change::Synced { kind: self.kind }).await
            }
            Event::Apply(Seen { object, .. }) => self.say(Change::Applied(Box::new(object.into_object()))).await,
            Event::Delete(Seen { object, .. }) => {
                self.say(Change::Deleted { kind: self.kind, uid: object.uid().to_owned() }).await
            }
        }
    }

    async fn listing(&mut self) -> Result<(), Gone> {
        self.blind = false;
        if std::mem::take(&mut self.begins) { self.say(Change::Listing { kind: self.kind }).await } else { Ok(()) }
    }

    /// Says what a person must know about a failure, and how long to wait. Lost contact is the heartbeat's to tell.
    async fn failed(&mut self, error: &watcher::Error, pause: Duration) -> Result<Duration, Gone> {
        let kind = self.kind;
        let (change, wait) = match code(error) {
            Some(403) => {
                (Change::Blind { kind, why: "your account is not allowed to watch it".to_owned() }, NOT_ALLOWED)
            }
            Some(404) => (Change::Absent { kind }, NOT_INSTALLED),
            // The place where the watch was is forgotten: everything is listed again, at once the first time.
            Some(410) if pause == PAUSES.0 => return Ok(Duration::ZERO),
            _ => return Ok(pause),
        };
        if !std::mem::replace(&mut self.blind, true) {
            self.say(change).await?;
        }
        Ok(wait)
    }

    async fn say(&self, change: Change) -> Result<(), Gone> {
        self.changes.send(change).await.map_err(|_| Gone)
    }
}

/// HTTP status of a failed watch.
fn code(error: &watcher::Error) -> Option<u16> {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => Some(status.code),
        _ => None,
    }
}

/// Asks the API server whether it is there, and tells when that changes. One missed answer is no news: a busy server
/// has them. Watches that pause go on at once when contact is found again.
async fn heartbeat(client: Client, changes: mpsc::Sender<Change>, contact: watch::Sender<u64>) {
    let (mut missed, mut answers, mut told) = (0_u32, 0_u32, SignedDuration::ZERO);
    loop {
        let answer = beat(&client).await;
        let news = match &answer {
            Ok(()) if missed >= 2 => {
                contact.send_modify(|times| *times += 1);
                Some(Change::Contact { up: true, what: "the cluster answers again".to_owned() })
            }
            Err(what) if missed == 1 => Some(Change::Contact { up: false, what: what.clone() }),
            _ => None,
        };
        (missed, answers) = if answer.is_ok() { (0, answers + 1) } else { (missed + 1, 0) };
        let time = if answers % CLOCK == 1 { ahead(&client).await } else { None };
        let time = time.filter(|ahead| (*ahead - told).abs() > INEXACT);
        told = time.unwrap_or(told);
        for change in news.into_iter().chain(time.map(|ahead| Change::Clock { ahead })) {
            if changes.send(change).await.is_err() {
                return;
            }
        }
        tokio::time::sleep(if missed == 0 { HEARTBEAT } else { AGAIN }).await;
    }
}

/// Any answer is contact, but one that says that we are not known is as bad as none.
async fn beat(client: &Client) -> Result<(), String> {
    let doing = "reach the cluster";
    let error = match tokio::time::timeout(ANSWER, client.apiserver_version()).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => errors::explain(doing, &error),
        Err(_) => errors::silent(doing, ANSWER),
    };
    match error.kind {
        FailureKind::Unreachable | FailureKind::Unauthorized => Err(text::line(&error.problem.title)),
        _ => Ok(()),
    }
}

/// How much the server's clock is ahead of ours. Every answer carries its time, even a refusal; to `HEAD` nothing else.
async fn ahead(client: &Client) -> Option<SignedDuration> {
    let question = Request::head("/version").body(Body::empty()).ok()?;
    let answer = tokio::time::timeout(ANSWER, client.send(question)).await.ok()?.ok()?;
    let said = answer.headers().get(header::DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(said).ok()?.timestamp().duration_since(Timestamp::now()))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::drivers::kube::client;

    /// A server that refuses everything, at a time of its own.
    async fn server(date: &str) -> Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = format!("HTTP/1.1 403 Forbidden\r\n{date}content-length: 0\r\n\r\n");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        client::build(kube::Config::new(url.parse().unwrap())).unwrap()
    }

    #[tokio::test]
    async fn the_servers_clock_is_read_from_any_answer() {
        let behind = Timestamp::now() - SignedDuration::from_hours(1);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&behind).unwrap();
        let read = ahead(&server(&format!("date: {date}\r\n")).await).await.unwrap();
        assert!((read + SignedDuration::from_hours(1)).abs() < INEXACT, "{read}");
        assert_eq!(ahead(&server("").await).await, None);
        assert_eq!(ahead(&server("date: yesterday\r\n").await).await, None);
    }
}
