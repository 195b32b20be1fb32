//! Why a port cannot be talked to, whatever service is behind it.
use crate::{problem::Problem, verify::sniff::Reach};

/// What a person is told about a failure to reach something.
struct Cause {
    reach: Reach,
    code: &'static str,
    /// Follows the name of the place.
    title: &'static str,
    hint: &'static str,
}

const CAUSES: &[Cause] = &[
    Cause {
        reach: Reach::NoName,
        code: "dns",
        title: "has a name without an address",
        hint: "make a DNS record for the name that points to the address of the Service or Ingress, or correct the name; a new record may take minutes to be seen",
    },
    Cause {
        reach: Reach::Refused,
        code: "refused",
        title: "refuses connections: nothing listens there",
        hint: "look whether the pod behind it is ready and listens on this port: `kubectl get pods,endpointslices`",
    },
    Cause {
        reach: Reach::Dropped,
        code: "dropped",
        title: "does not answer: packets vanish on the way",
        hint: "a firewall, a security group or a NetworkPolicy drops them; open the port from where you are",
    },
    Cause {
        reach: Reach::Closed,
        code: "closed",
        title: "closes the connection without an answer",
        hint: "nothing listens on this port in the pod yet, or the program there just ended: look at the pod's log",
    },
    Cause {
        reach: Reach::Silent,
        code: "silent",
        title: "takes the connection and never answers",
        hint: "the process there hangs or is out of memory: look at `kubectl top pod` and the pod's log, then restart the pod",
    },
    Cause {
        reach: Reach::Strange,
        code: "wrong-port",
        title: "answers in an unknown protocol: another program listens there",
        hint: "compare the Service's `targetPort` with the port that the program listens on",
    },
    Cause {
        reach: Reach::Untrusted,
        code: "tls-untrusted",
        title: "shows a certificate that this machine does not trust: self-signed, expired, or for another name",
        hint: "browsers will warn everybody; use a certificate of a public authority (`access.tls`), or let this machine trust your own authority",
    },
    Cause {
        reach: Reach::Unreachable,
        code: "unreachable",
        title: "cannot be reached from this machine",
        hint: "check the network and a VPN that may be needed",
    },
];

/// The problem for a place that cannot be talked to.
pub fn problem(reach: Reach, place: &str) -> Problem {
    let known = CAUSES.iter().find(|cause| cause.reach == reach);
    let (code, title, hint) = known.map_or(("unreachable", "cannot be reached", ""), |c| (c.code, c.title, c.hint));
    Problem::new(code, format!("`{place}` {title}")).hint(hint).retry()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_not_reaching_has_its_own_cause() {
        use Reach::{Closed, Dropped, NoName, Refused, Silent, Strange, Unreachable, Untrusted};
        let all = [NoName, Refused, Dropped, Closed, Silent, Strange, Untrusted, Unreachable];
        let codes: std::collections::BTreeSet<String> = all.into_iter().map(|reach| problem(reach, "x").code).collect();
        assert_eq!(codes.len(), all.len());
    }
}
