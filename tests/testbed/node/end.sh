# Taking a bed away, whole or half-started, and proving that nothing of it is left. Must not need anything that was built.
# shellcheck shell=bash

end_processes() {
  local tries process
  for tries in $(seq 50); do
    process=$(processes_of)
    [ -n "$process" ] || return 0
    # shellcheck disable=SC2086 -- a list of numbers out of the bed's own control groups
    kill -9 $process 2>/dev/null || true
    sleep 0.1
  done
  say "processes that do not end: $process"
}

# Shims listen outside the bed's folders; where, each bundle says.
remove_shim_sockets() {
  local file
  find "$STATE/containerd" -name bootstrap.json -o -name address 2>/dev/null | while IFS= read -r file; do
    grep -oE '/run/containerd/s/[0-9a-f]+' "$file" 2>/dev/null || true
  done | sort -u | xargs -r rm -f
}

remove_groups() {
  local group tries
  for tries in $(seq 20); do
    for group in $(groups_of); do find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; done
    [ -n "$(groups_of)" ] || return 0
    sleep 0.1 # a dead process keeps its group for a moment
  done
}

# What the network plugins remember: of the pods' network and of each pod's loopback.
network_results() { grep -rlsF "\"netns\":\"$STATE/" /var/lib/cni/results || true; }

remove_traces() {
  find /var/log/containers -lname "$WORK/*" -delete 2>/dev/null || true
  network_results | xargs -r rm -f
}

end_bed() {
  end_processes
  remove_shim_sockets
  unmount_below "$STATE"
  unmount_below "$WORK"
  network_down
  remove_groups
  remove_traces
  rm -rf --one-file-system "$WORK"
  rm -rf --one-file-system "$STATE"
}

# One line per thing that should not be there.
left_of_bed() {
  processes_of | sed 's/^/process /'
  awk -v state="$STATE/" -v work="$WORK/" 'index($2, state) == 1 || index($2, work) == 1 {print "mount " $2}' /proc/self/mounts
  groups_of | sed 's/^/control group /'
  ip netns list | awk -v unit="$UNIT" '$1 == unit {print "network namespace " $1}'
  ip -o link show "$LINK" 2>/dev/null | awk '{print "link " $2}'
  ip route show dev "$LINK" 2>/dev/null | sed 's/^/route /'
  find /var/log/containers -lname "$WORK/*" -printf 'log link %p\n' 2>/dev/null || true
  network_results | sed 's/^/network result /'
  local folder
  for folder in "$STATE" "$WORK"; do [ ! -e "$folder" ] || echo "folder $folder"; done
}
