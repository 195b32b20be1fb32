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

#[cfg(test)]
mod tests {
    use super::*;

    /// Hex of messages that Ray 2.60's own `ray_client_pb2` wrote.
    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
    }

    fn answer(hex: &str) -> Option<Answer> {
        DataResponse::decode(bytes(hex).as_slice()).unwrap().answer
    }

    #[test]
    fn requests_are_written_as_rays_own_client_writes_them() {
        let ask = |req_id, ask| DataRequest { req_id, ask: Some(ask) }.encode_to_vec();
        let init = InitRequest { job_config: Vec::new(), ray_init_kwargs: "{}".to_owned(), reconnect_grace_period: 0 };
        assert_eq!(ask(1, Ask::Init(init)), bytes("0801320412027b7d"));
        assert_eq!(ask(2, Ask::ConnectionInfo(Empty {})), bytes("08022a00"));
        assert_eq!(ask(3, Ask::Cleanup(Empty {})), bytes("08034200"));
        for (kind, hex) in [(kind::NODES, "0801"), (kind::CLUSTER_RESOURCES, "0802"), (kind::PING, "0806")] {
            assert_eq!(ClusterInfoRequest { kind }.encode_to_vec(), bytes(hex));
        }
    }

    #[test]
    fn a_sessions_answers_are_read() {
        assert_eq!(answer("080132020801"), Some(Answer::Init(InitResponse { ok: true, msg: String::new() })));
        let words = "Starting Ray client server failed.".to_owned();
        let refused = "0801322412225374617274696e672052617920636c69656e7420736572766572206661696c65642e";
        assert_eq!(answer(refused), Some(Answer::Init(InitResponse { ok: false, msg: words })));
        let info = ConnectionInfo {
            num_clients: 1,
            ray_version: "2.60.0".to_owned(),
            ray_commit: "b7f4".to_owned(),
            python_version: "3.11.7".to_owned(),
        };
        let sent = "08022a1808011206322e36302e301a04623766342206332e31312e37";
        assert_eq!(answer(sent), Some(Answer::ConnectionInfo(info.clone())));
        // Ray 2.6 has a fifth field, `protocol_version`.
        let older = "08022a2408011206322e36302e301a04623766342206332e31312e372a0a323032332d30362d3237";
        assert_eq!(answer(older), Some(Answer::ConnectionInfo(info)));
    }

    #[test]
    fn facts_about_the_cluster_are_read() {
        let read = |hex| ClusterInfoResponse::decode(bytes(hex).as_slice()).unwrap();
        let resources = read("08021a200a0e0a034350551100000000000010400a0e0a0347505511000000000000e03f");
        let rows: Vec<(String, f64)> =
            resources.resources.unwrap().rows.into_iter().map(|row| (row.name, row.amount)).collect();
        assert_eq!(rows, [("CPU".to_owned(), 4.0), ("GPU".to_owned(), 0.5)]);
        let nodes = read("080112115b7b22416c697665223a20747275657d5d");
        assert_eq!(nodes.json.as_deref(), Some(r#"[{"Alive": true}]"#));
    }

    #[test]
    fn bytes_that_are_no_message_are_refused() {
        let sent = bytes("08022a1808011206322e36302e301a04623766342206332e31312e37");
        for cut in 1..sent.len() {
            let _ = DataResponse::decode(&sent[..cut]); // never more than an error
        }
        assert!(DataResponse::decode(bytes("2affffffff0f").as_slice()).is_err());
    }
}
