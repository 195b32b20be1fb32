# containerd: its settings, and its store with the fat image already in it. Must not know the kubelet or any chart.
# shellcheck shell=bash

SOCKET() { echo "$STATE/containerd.sock"; }

# Importing the image takes half a minute, so it is done once: `store-…` is the root folder of a containerd that has it.
store_entry() { echo "store-$(image_entry | cut -d- -f2)-$CONTAINERD_VERSION"; }

store() { # FOLDER
  local image; image=$CACHE/$(image_entry)
  local talk; talk=$(mktemp -d /tmp/hubwright-store.XXXX) # a socket's path must be short
  cat >"$talk/config.toml" <<CONFIG
version = 3
root = "$1/root"
state = "$talk/state"
disabled_plugins = ["io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri", "io.containerd.nri.v1.nri"]
[grpc]
  address = "$talk/socket"
[plugins.'io.containerd.internal.v1.opt']
  path = "$talk/opt"
CONFIG
  containerd --config "$talk/config.toml" >"$1/log" 2>&1 &
  local process=$!
  # shellcheck disable=SC2064 -- this process, whatever the variable says later
  trap "kill $process 2>/dev/null || true" EXIT
  wait_for 20 'containerd for the image store' test -S "$talk/socket"
  local ended=0
  tar -C "$image" -cf - oci-layout index.json blobs | ctr -a "$talk/socket" -n k8s.io images import --platform linux/amd64 - || ended=$?
  kill "$process"
  wait "$process" || true
  unmount_below "$talk"
  rm -rf "$talk"
  return $ended
}

# The bed's own root: files of the image are hard links into the store, which nothing ever writes to (blobs and lower layers are
# read-only by nature); the databases are copies.
link_store() {
  local from; from=$CACHE/$(store_entry)/root
  cp -al "$from" "$WORK/containerd"
  find "$WORK/containerd" -path '*/snapshots/*' -prune -o -path '*/blobs/*' -prune -o -type f -printf '%P\n' |
    while IFS= read -r file; do cp --remove-destination "$from/$file" "$WORK/containerd/$file"; done
}

containerd_config() {
  cat >"$WORK/containerd.toml" <<CONFIG
version = 3
root = "$WORK/containerd"
state = "$STATE/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
  address = "$(SOCKET)"
[plugins.'io.containerd.internal.v1.opt']
  path = "$WORK/opt"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "docker.io/testbed/pause:1"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "$WORK/registries"
[plugins.'io.containerd.cri.v1.runtime']
  netns_mounts_under_state_dir = true
  # without CAP_SYS_RESOURCE runc dies with "can't get final child's PID from pipe: EOF"
  restrict_oom_score_adj = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["/usr/lib/cni"]
    conf_dir = "$WORK/cni"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      BinaryName = "$(command -v runc)"
      Root = "$STATE/runc"
CONFIG
}

# Every registry in the world is the bed's own. `server` as well: without it containerd goes on to the real one and hangs.
registries() {
  mkdir -p "$WORK/registries/_default"
  cat >"$WORK/registries/_default/hosts.toml" <<CONFIG
server = "http://$REGISTRY"
[host."http://$REGISTRY"]
  capabilities = ["pull", "resolve"]
CONFIG
}

pod_network() {
  mkdir -p "$WORK/cni"
  cat >"$WORK/cni/10.conflist" <<CONFIG
{"cniVersion": "1.0.0", "name": "$UNIT", "plugins": [
  {"type": "bridge", "bridge": "pods0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$WORK/addresses", "ranges": [[{"subnet": "$PODS"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
CONFIG
}

container_runtime() {
  link_store
  containerd_config
  registries
  pod_network
  start containerd containerd --config "$WORK/containerd.toml"
}
