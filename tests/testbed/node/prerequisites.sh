# What the machine must have, and the Debian packages that can be had. A machine that cannot run the bed ends with 77 and one
# sentence. Must not build or start anything of the bed.
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

prerequisites() {
  [ "$(uname -s)" = Linux ] || cannot 'it needs Linux'
  [ "$(uname -m)" = x86_64 ] || cannot "it needs x86_64, this is $(uname -m)"
  [ "$(id -u)" = 0 ] || cannot 'it needs root (network namespaces, mounts, control groups): run it with sudo'
  [ -w /sys/fs/cgroup ] || cannot 'it needs writable control groups below /sys/fs/cgroup'
  local missing; missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || cannot "these packages are missing and there is no apt-get: $missing"
  say "installing $missing"
  # shellcheck disable=SC2086 -- a list
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null ||
    cannot "apt-get could not install $missing"
}
