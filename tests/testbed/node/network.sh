# The bed's network namespace: one wire to the host, a default route that leads nowhere. Must not know Kubernetes.
# shellcheck shell=bash

network() {
  ip netns add "$UNIT"
  ip link add "$LINK" type veth peer name eth0 netns "$UNIT"
  ip addr add "$HOST/30" dev "$LINK"
  ip link set "$LINK" up
  inside ip addr add "$NODE/30" dev eth0
  inside ip link set eth0 up
  inside ip link set lo up
  # What no rule translates ends here and never leaves the machine. A bridge, because not every kernel has `dummy`.
  inside ip link add sink type bridge
  inside ip link set sink up
  inside ip route add default dev sink
  inside sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
  ip route add "$SERVICES" via "$NODE"
  ip route add "$PODS" via "$NODE"
}

network_down() {
  ip link del "$LINK" 2>/dev/null || true
  ip netns del "$UNIT" 2>/dev/null || true
}
