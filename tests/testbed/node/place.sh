# Where one bed keeps its things and which addresses it has, from its name and number. Must not create or start anything.
# shellcheck shell=bash

# One bed's folder in /run is what says that it exists; whoever finds it can clean up, whatever cache it was started from.
place() { # NAME
  [[ $1 =~ ^[a-z][a-z0-9-]{0,8}$ ]] || fail "\`$1\` cannot name a bed: expected at most nine of a-z, 0-9 and -, beginning with a letter"
  NAME=$1
  STATE=$RUN/$NAME                       # sockets, process ids, the number; gone with the machine's next start
  if [ -f "$STATE/work" ]; then WORK=$(cat "$STATE/work"); else WORK=$CACHE/beds/$NAME; fi
  UNIT=hubwright-$NAME                   # name of its network namespace, control groups and CNI network
  LINK=hw-$NAME                          # the host's end of the wire
  if [ -f "$STATE/number" ]; then addresses "$(cat "$STATE/number")"; fi
}

# shellcheck disable=SC2034 -- read by the other parts
addresses() { # NUMBER
  HOST=172.30.$1.1
  NODE=172.30.$1.2
  PODS=10.$((200 + $1)).0.0/24
  SERVICES=10.$((220 + $1)).0.0/16       # what the host routes to the node
  CLUSTER_IPS=10.$((220 + $1)).0.0/17    # of which the API server takes the lower half
  LOAD_BALANCERS=10.$((220 + $1)).128.0/17 # and the load balancer the upper one
  FIRST_SERVICE=10.$((220 + $1)).0.1
  REGISTRY=$NODE:5000
  CHARTS=http://$NODE:8879
}

# The lowest number that no bed has.
take_number() {
  local number lock
  mkdir -p "$RUN"
  exec {lock}>"$RUN/.numbers.lock"
  flock "$lock"
  for number in 1 2 3 4 5 6 7 8 9; do
    if ! grep -qsx "$number" "$RUN"/*/number; then
      mkdir -p "$STATE/pid"
      echo "$WORK" >"$STATE/work"
      echo "$number" >"$STATE/number"
      break
    fi
  done
  exec {lock}>&-
  [ -f "$STATE/number" ] || fail 'nine beds are up already: end one with `tests/testbed/down --name NAME`'
  addresses "$number"
}

# nsenter, not `ip netns exec`: the latter remounts /sys and hides the control groups.
inside() { nsenter --net=/run/netns/"$UNIT" -- "$@"; }
