# What the machine must have, and the Debian packages that can be had. A machine that cannot run the bed ends with 77 and one
# sentence, before anything is written. Must not build or start anything of the bed.
# shellcheck shell=bash

# program that must be there -> package that brings it
PACKAGES='nft:nftables debootstrap:debootstrap runc:runc ip:iproute2 conntrack:conntrack nsenter:util-linux openssl:openssl
  curl:curl python3:python3 sysctl:procps npm:npm mount:mount jq:jq'

missing_packages() {
  local pair
  for pair in $PACKAGES; do command -v "${pair%%:*}" >/dev/null || echo "${pair##*:}"; done
  [ -x /usr/lib/cni/bridge ] || echo containernetworking-plugins
  [ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || echo debian-archive-keyring
}

# GiB that are needed below the cache: a first build with Go's own caches, or one bed that runs.
FIRST_BUILD=16
ONE_BED=3

machine_can() {
  [ "$(uname -s)" = Linux ] || cannot 'it needs Linux'
  [ "$(uname -m)" = x86_64 ] || cannot "it needs x86_64, this is $(uname -m)"
  [ "$(id -u)" = 0 ] || cannot 'it needs root (network namespaces, mounts, control groups): run it with sudo'
  [ -w /sys/fs/cgroup ] || cannot 'it needs writable control groups below /sys/fs/cgroup'
  unshare --net --mount true 2>/dev/null || cannot 'it may not make network namespaces and mounts: in a container, make that one privileged'
}

# Go from 1.21 on fetches the release that a module asks for.
go_or_built() {
  [ ! -x "$BIN/kubelet" ] || return 0
  command -v go >/dev/null || cannot 'there is no Go toolchain: expected `go` in PATH, 1.26 or later'
  local version; version=$(go env GOVERSION)
  [ "$(printf 'go1.21\n%s\n' "$version" | sort -V | head -n 1)" = go1.21 ] || cannot "its Go is too old: expected 1.26 or later, found $version"
}

room() {
  local wanted=$ONE_BED free
  [ -d "$CACHE/$(image_entry)" ] && [ -x "$BIN/kubelet" ] || wanted=$FIRST_BUILD
  mkdir -p "$CACHE"
  free=$(df --output=avail -B1G "$CACHE" | tail -n 1 | tr -d ' ')
  [ "$free" -ge "$wanted" ] || cannot "the disk is too full: expected $wanted GiB free below \`$CACHE\`, found $free"
}

packages() {
  local missing; missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || cannot "these packages are missing and there is no apt-get: $missing"
  say "installing $missing"
  # shellcheck disable=SC2086 -- a list
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null ||
    cannot "apt-get could not install $missing"
}
