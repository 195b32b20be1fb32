# Sourced by every script of the test bed: where things lie, how a script talks and how it gives up.
# Must not know how anything is built or started.
# shellcheck shell=bash

BED_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${HUBWRIGHT_CACHE:-$HOME/.cache/hubwright}/testbed   # built things, by version; outside the tree
RUN=/run/hubwright                                         # one folder per bed that is up: sockets, numbers, process ids
BIN=$CACHE/bin                                             # links to the newest built programs
export PATH=$BIN:$PATH:/usr/sbin:/sbin

# shellcheck source=versions
. "$BED_SOURCE/versions"

say() { echo "testbed: $*" >&2; }
fail() { echo "error: $*" >&2; exit 1; }
# 77 is how the test runner knows "this machine cannot" from "this is broken".
cannot() { echo "error: the test bed cannot run here: $*" >&2; exit 77; }

# Waits for a lock, and says so: the other one may take many minutes.
take_turn() { # DESCRIPTOR WHAT
  flock --nonblock "$1" || { say "waiting for another script: $2"; flock "$1"; }
}

# `entry WHAT-VERSION BUILDER…` makes a complete cache entry or none: the builder fills a folder of another name, given as
# its last word, which is renamed when it is whole. A second builder of the same entry waits for the first.
entry() {
  local name=$1 began=$SECONDS lock; shift
  [ -d "$CACHE/$name" ] && return
  mkdir -p "$CACHE"
  exec {lock}>"$CACHE/.$name.lock"
  take_turn "$lock" "building $name"
  if [ ! -d "$CACHE/$name" ]; then
    unmount_below "$CACHE/.new-$name" # a killed debootstrap leaves its /proc there
    rm -rf --one-file-system "$CACHE/.new-$name"
    mkdir "$CACHE/.new-$name"
    say "building $name"
    # The builder runs apart, so that a failing command ends it even though this function may stand in a condition.
    ( set -euo pipefail; "$@" "$CACHE/.new-$name" ) {lock}>&- >&2 || fail "building \`$name\` failed: see the lines above"
    mv -T "$CACHE/.new-$name" "$CACHE/$name"
    say "built $name in $((SECONDS - began)) s"
  fi
  exec {lock}>&-
}

# Innermost first; lazily where a process that is about to end still holds one.
unmount_below() { # FOLDER
  local mount
  awk -v below="$1/" 'index($2, below) == 1 {print $2}' /proc/self/mounts | sort -r |
    while IFS= read -r mount; do umount "$mount" 2>/dev/null || umount -l "$mount" 2>/dev/null || true; done
}

# `wait_for SECONDS WHAT COMMAND…` tries the command four times a second.
wait_for() {
  local until=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || fail "$what did not happen in time: tried \`$*\`"
    sleep 0.25
  done
}
