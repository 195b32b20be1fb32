//! Ray Client's port (10001), spoken to natively: ping, session, versions, nodes, resources. No Python, no pickle.
//! Must not know what the answers are compared with.
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Code, Request, Status, Streaming,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

use super::messages::{
    Answer, Ask, ClusterInfoRequest, ClusterInfoResponse, ConnectionInfo, DataRequest, DataResponse, Empty,
    InitRequest, Resource, kind, method,
};
use crate::{
    health::text::line,
    problem::Problem,
    verify::{
        causes::{network, ray as causes},
        door::Door,
        sniff::Reach,
    },
};

/// Limit of one call.
const CALL: Duration = Duration::from_secs(3);
/// Limit of opening a session: the head starts a Python process for it.
const OPENING: Duration = Duration::from_secs(30);

/// A client of the port, without a session.
pub struct RayClient {
    grpc: Grpc<Channel>,
    id: MetadataValue<Ascii>,
    token: Option<MetadataValue<Ascii>>,
    place: String,
}

/// An open session. The head runs a process for it until it is closed.
pub struct Session {
    ask: mpsc::Sender<DataRequest>,
    answers: Streaming<DataResponse>,
    place: String,
    asked: i32,
}

impl RayClient {
    /// Connects. `id` is 32 hex digits, new for each client.
    pub async fn connect(door: &Door, id: &str, token: Option<&SecretString>) -> Result<Self, Problem> {
        let place = format!("{} ({})", door.url(), door.via);
        let endpoint = Endpoint::from_shared(door.url()).map_err(|error| transport(&place, &error))?;
        let channel = endpoint.connect_timeout(CALL).connect().await;
        let channel = channel.map_err(|error| transport(&place, &error))?;
        let token = token.map(|token| text(&format!("Bearer {}", token.expose_secret().trim()))).transpose()?;
        Ok(Self { grpc: Grpc::new(channel).max_decoding_message_size(16 << 20), id: text(id)?, token, place })
    }

    /// Asks the port itself whether it is there.
    pub async fn ping(&mut self) -> Result<(), Problem> {
        self.info(kind::PING).await.map(|_| ())
    }

    /// The cluster's nodes as Ray describes them: `Alive`, `NodeManagerAddress`, `Resources`.
    pub async fn nodes(&mut self) -> Result<Vec<Value>, Problem> {
        let answer = self.info(kind::NODES).await?;
        serde_json::from_str(answer.json.as_deref().unwrap_or("[]"))
            .map_err(|error| causes::unexpected(&self.place, &error.to_string()))
    }

    /// The cluster's resources in all.
    pub async fn resources(&mut self) -> Result<Vec<Resource>, Problem> {
        Ok(self.info(kind::CLUSTER_RESOURCES).await?.resources.unwrap_or_default().rows)
    }

    /// Opens a session.
    pub async fn open(&mut self) -> Result<Session, Problem> {
        let (ask, asked) = mpsc::channel(4);
        let mut request = self.signed(ReceiverStream::new(asked));
        request.metadata_mut().insert("reconnecting", MetadataValue::from_static("False"));
        let codec = ProstCodec::<DataRequest, DataResponse>::default();
        let init = InitRequest { job_config: Vec::new(), ray_init_kwargs: "{}".to_owned(), reconnect_grace_period: 0 };
        let opening = async {
            let first = DataRequest { req_id: 1, ask: Some(Ask::Init(init)) };
            ask.send(first).await.map_err(|_| Status::cancelled("the session closed"))?;
            self.ready().await?;
            let answers = self.grpc.streaming(request, PathAndQuery::from_static(method::DATAPATH), codec).await?;
            Ok(Session { ask, answers: answers.into_inner(), place: self.place.clone(), asked: 1 })
        };
        let opened: Result<Result<Session, Status>, _> = timeout(OPENING, opening).await;
        let mut session =
            opened.map_err(|_| causes::no_session(&self.place))?.map_err(|status| refused(&self.place, &status))?;
        match timeout(OPENING, session.answer()).await.map_err(|_| causes::no_session(&self.place))?? {
            Answer::Init(init) if init.ok => Ok(session),
            Answer::Init(init) => Err(causes::refused_session(&self.place, &init.msg)),
            _ => Err(causes::unexpected(&self.place, "another answer than to the first request")),
        }
    }

    async fn info(&mut self, kind: i32) -> Result<ClusterInfoResponse, Problem> {
        let request = self.signed(ClusterInfoRequest { kind });
        let codec = ProstCodec::<ClusterInfoRequest, ClusterInfoResponse>::default();
        let call = async {
            self.ready().await?;
            self.grpc.unary(request, PathAndQuery::from_static(method::CLUSTER_INFO), codec).await
        };
        match timeout(CALL, call).await {
            Ok(Ok(answer)) => Ok(answer.into_inner()),
            Ok(Err(status)) => Err(refused(&self.place, &status)),
            Err(_) => Err(causes::silent(&self.place)),
        }
    }

    async fn ready(&mut self) -> Result<(), Status> {
        self.grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))
    }

    fn signed<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("client_id", self.id.clone());
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        request
    }
}

impl Session {
    /// The cluster's versions.
    pub async fn versions(&mut self) -> Result<ConnectionInfo, Problem> {
        match self.call(Ask::ConnectionInfo(Empty {})).await? {
            Answer::ConnectionInfo(info) => Ok(info),
            _ => Err(causes::unexpected(&self.place, "another answer than the versions")),
        }
    }

    /// Ends the session, so that the head need not wait for a timeout.
    pub async fn close(mut self) {
        let _ = self.call(Ask::Cleanup(Empty {})).await;
    }

    async fn call(&mut self, ask: Ask) -> Result<Answer, Problem> {
        self.asked += 1;
        let request = DataRequest { req_id: self.asked, ask: Some(ask) };
        let gone = self.ask.send(request).await.is_err();
        if gone {
            return Err(causes::no_session(&self.place));
        }
        timeout(CALL, self.answer()).await.map_err(|_| causes::silent(&self.place))?
    }

    async fn answer(&mut self) -> Result<Answer, Problem> {
        let message = self.answers.message().await.map_err(|status| refused(&self.place, &status))?;
        message.and_then(|message| message.answer).ok_or_else(|| causes::no_session(&self.place))
    }
}

/// The cause of a connection that failed.
fn transport(place: &str, error: &tonic::transport::Error) -> Problem {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            return network::problem(Reach::of(error), place);
        }
        source = cause.source();
    }
    network::problem(Reach::Closed, place).detail(line(&error.to_string()))
}

/// The cause of a call that was refused.
fn refused(place: &str, status: &Status) -> Problem {
    let words = line(status.message());
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => causes::token_refused(place).detail(words),
        Code::Unimplemented => causes::wrong_port(place, "Ray's internal port (6379)").detail(words),
        _ if words.contains("FRAME_SIZE_ERROR") || words.contains("http2 error") => {
            causes::wrong_port(place, "an HTTP port such as the dashboard's (8265)").detail(words)
        }
        code => causes::client_error(place, &format!("{code:?}: {words}")),
    }
}

fn text(value: &str) -> Result<MetadataValue<Ascii>, Problem> {
    let value = MetadataValue::try_from(value);
    value.map_err(|_| Problem::new("ray-token-unusable", "Ray's token holds characters that no header may have"))
}
