# The node itself: kubelet, kube-proxy and the cluster's DNS. Must not know images or charts.
# shellcheck shell=bash

kubelet_config() {
  : >"$WORK/resolv.conf"
  cat >"$WORK/kubelet.yaml" <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$UNIT
enforceNodeAllocatable: []
containerRuntimeEndpoint: unix://$(SOCKET)
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $WORK/pki/ca.crt}}
authorization: {mode: Webhook}
clusterDNS: ["$NODE"]
clusterDomain: cluster.local
resolvConf: $WORK/resolv.conf
podLogsDir: $WORK/pod-logs
volumePluginDir: $WORK/volume-plugins
failSwapOn: false
maxPods: 200
serializeImagePulls: false
registryPullQPS: 0
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
CONFIG
}

node() {
  kubelet_config
  # the kubelet ends at once when the socket is not there yet
  wait_for 20 'containerd' test -S "$(SOCKET)"
  start kubelet kubelet --config "$WORK/kubelet.yaml" --kubeconfig "$WORK/kubeconfig" --hostname-override node-1 --node-ip "$NODE" \
    --root-dir "$WORK/kubelet" --cert-dir "$WORK/kubelet/pki"
  start proxy kube-proxy --kubeconfig "$WORK/kubeconfig" --hostname-override node-1 --proxy-mode nftables --cluster-cidr "$PODS" \
    --conntrack-max-per-core 0
  dns
}

# On the node's address, so that it needs no pod.
dns() {
  cat >"$WORK/Corefile" <<CONFIG
.:53 {
  bind $NODE
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $WORK/kubeconfig testbed
    pods insecure
  }
}
CONFIG
  start dns coredns -conf "$WORK/Corefile"
}

node_ready() { kube wait --for=condition=Ready node/node-1 --timeout=1s; }
