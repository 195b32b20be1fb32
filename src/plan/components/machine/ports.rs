//! The ports that the parts use between themselves, counted from the answer `machine.first-port`. One table, so that no
//! two parts are ever given the same one, and so that a person can look up what a port is for.
//! The hub's own address is not among them: people choose it (`access.*`).
use super::Context;
use crate::answers::spec::Machine;

/// What a port is for; its number is the distance from the first one. Those of a Ray node are in [`Raylet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Port {
    /// The hub's API, for its proxy and for user servers.
    Hub = 0,
    /// The API by which the hub tells its proxy the ways.
    ProxyApi = 1,
    /// Dask Gateway's proxy, for HTTP and for schedulers.
    DaskProxy = 2,
    /// Dask Gateway's server behind it.
    DaskServer = 3,
    /// Ray Client on the head.
    RayClient = 4,
    /// Ray's dashboard and jobs API on the head.
    RayDashboard = 5,
    /// Ray's control service on the head, for its nodes.
    RayControl = 6,
    /// Metrics of Ray's autoscaler, which runs on the head and does nothing here.
    RayAutoscalerMetrics = 7,
    /// Metrics of Ray's dashboard.
    RayDashboardMetrics = 8,
}

/// Distance of the first Ray node's ports from the first port, and how many are kept for each.
const RAYLETS: u16 = 10;
const RAYLET: u16 = 10;

/// How many Ray nodes, the head among them, the ports suffice for.
pub const MOST_RAYLETS: u32 = ((Machine::PORTS - RAYLETS) / RAYLET) as u32;
// The answers allow no more workers than that beside the head.
const _: () = assert!(Machine::MOST_WORKERS < MOST_RAYLETS);

impl Port {
    /// The port's number.
    pub fn at(self, context: &Context) -> u16 {
        first(context).saturating_add(self as u16)
    }

    /// `127.0.0.1:PORT`.
    pub fn address(self, context: &Context) -> String {
        format!("{}:{}", super::LOOPBACK, self.at(context))
    }
}

fn first(context: &Context) -> u16 {
    context.spec.target.machine().map_or(0, |machine| machine.first_port)
}

/// The ports of a Ray node. Its workers take any free ones: a fixed range would end the work of whoever has many tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raylet {
    /// The node's manager.
    pub node_manager: u16,
    /// Exchange of objects with other nodes.
    pub object_manager: u16,
    /// The dashboard's agent on the node, for gRPC.
    pub agent_grpc: u16,
    /// The dashboard's agent on the node, for HTTP; says whether the node is well.
    pub agent_http: u16,
    /// The agent that prepares environments of tasks.
    pub runtime_environment: u16,
    /// Metrics.
    pub metrics: u16,
}

impl Raylet {
    /// The ports of the node of that number; the head is 0.
    pub fn of(context: &Context, number: u16) -> Self {
        let at = |distance: u16| {
            first(context)
                .saturating_add(RAYLETS)
                .saturating_add(number.saturating_mul(RAYLET))
                .saturating_add(distance)
        };
        Self {
            node_manager: at(0),
            object_manager: at(1),
            agent_grpc: at(2),
            agent_http: at(3),
            runtime_environment: at(4),
            metrics: at(5),
        }
    }

    /// All of them.
    pub const fn all(self) -> [u16; 6] {
        [
            self.node_manager,
            self.object_manager,
            self.agent_grpc,
            self.agent_http,
            self.runtime_environment,
            self.metrics,
        ]
    }
}
