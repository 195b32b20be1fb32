//! The few messages of Ray Client's protocol that a handshake needs, written by hand from `ray_client.proto` (package `ray.rpc`).
//! The same for Ray 2.6 to 2.60; fields that are left out are skipped by the decoder.
use prost::{Message, Oneof};

/// Full method names.
pub mod method {
    /// Unary: facts about the cluster.
    pub const CLUSTER_INFO: &str = "/ray.rpc.RayletDriver/ClusterInfo";
    /// Both ways: a client's session.
    pub const DATAPATH: &str = "/ray.rpc.RayletDataStreamer/Datapath";
}

/// Kinds of [`ClusterInfoRequest`].
pub mod kind {
    /// JSON list of nodes.
    pub const NODES: i32 = 1;
    /// Total resources.
    pub const CLUSTER_RESOURCES: i32 = 2;
    /// Answered by the port itself, starts nothing.
    pub const PING: i32 = 6;
}

/// Opens a session. An empty `job_config` avoids the only pickle of the handshake.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct InitRequest {
    /// Pickled configuration; empty.
    #[prost(bytes = "vec", tag = "1")]
    pub job_config: Vec<u8>,
    /// JSON arguments of `ray.init` on the server.
    #[prost(string, tag = "2")]
    pub ray_init_kwargs: String,
    /// Seconds a lost connection may be taken up again; 0 also turns acknowledgements off.
    #[prost(int32, tag = "3")]
    pub reconnect_grace_period: i32,
}

/// Whether the session is open.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct InitResponse {
    /// It is.
    #[prost(bool, tag = "1")]
    pub ok: bool,
    /// Why not.
    #[prost(string, tag = "2")]
    pub msg: String,
}

/// Nothing to say.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Empty {}

/// Versions of the cluster.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ConnectionInfo {
    /// Clients that are connected, this one included.
    #[prost(int32, tag = "1")]
    pub num_clients: i32,
    /// `2.60.0`.
    #[prost(string, tag = "2")]
    pub ray_version: String,
    /// Commit of that Ray.
    #[prost(string, tag = "3")]
    pub ray_commit: String,
    /// `3.13.1`.
    #[prost(string, tag = "4")]
    pub python_version: String,
}

/// One request within a session.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DataRequest {
    /// Number, from 1.
    #[prost(int32, tag = "1")]
    pub req_id: i32,
    /// What is asked.
    #[prost(oneof = "Ask", tags = "5, 6, 8")]
    pub ask: Option<Ask>,
}

/// Kinds of request within a session.
#[derive(Clone, PartialEq, Eq, Oneof)]
pub enum Ask {
    /// Versions.
    #[prost(message, tag = "5")]
    ConnectionInfo(Empty),
    /// Begin.
    #[prost(message, tag = "6")]
    Init(InitRequest),
    /// End.
    #[prost(message, tag = "8")]
    Cleanup(Empty),
}

/// One answer within a session.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DataResponse {
    /// Number of the request.
    #[prost(int32, tag = "1")]
    pub req_id: i32,
    /// The answer.
    #[prost(oneof = "Answer", tags = "5, 6, 8")]
    pub answer: Option<Answer>,
}

/// Kinds of answer within a session.
#[derive(Clone, PartialEq, Eq, Oneof)]
pub enum Answer {
    /// Versions.
    #[prost(message, tag = "5")]
    ConnectionInfo(ConnectionInfo),
    /// Begun, or not.
    #[prost(message, tag = "6")]
    Init(InitResponse),
    /// Ended.
    #[prost(message, tag = "8")]
    Cleanup(Empty),
}

/// Asks for a fact about the cluster.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ClusterInfoRequest {
    /// One of [`kind`].
    #[prost(int32, tag = "1")]
    pub kind: i32,
}

/// A fact about the cluster.
#[derive(Clone, PartialEq, Message)]
pub struct ClusterInfoResponse {
    /// For all but resources.
    #[prost(string, optional, tag = "2")]
    pub json: Option<String>,
    /// For resources.
    #[prost(message, optional, tag = "3")]
    pub resources: Option<ResourceTable>,
}

/// Amounts by resource name; `map<string, double>` on the wire.
#[derive(Clone, PartialEq, Message)]
pub struct ResourceTable {
    /// The rows.
    #[prost(message, repeated, tag = "1")]
    pub rows: Vec<Resource>,
}

/// An amount.
#[derive(Clone, PartialEq, Message)]
pub struct Resource {
    /// `CPU`, `GPU`, `memory`, `node:10.0.0.1` …
    #[prost(string, tag = "1")]
    pub name: String,
    /// How much.
    #[prost(double, tag = "2")]
    pub amount: f64,
}
