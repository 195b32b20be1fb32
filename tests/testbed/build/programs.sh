# Builds every program of the bed from Go modules into the cache (about 20 minutes cold on two cores, nothing when warm).
# Must not know what the programs are for, or how they are started.
# shellcheck shell=bash

# A throw-away main module around one tool: `module FOLDER PACKAGE VERSION`.
module() {
  cd "$1"
  go mod init testbed/build 2>/dev/null
  go get -tool "$2@$3" 2>/dev/null || go get -tool "$2@$3"
}

compile() { # FOLDER NAME PACKAGE [LINKER FLAGS]
  ( cd "$1/module" && nice -n 10 go build -trimpath -ldflags "-s -w ${4:-}" -o "$1/$2" "$3" )
}

# `tool NAME PACKAGE VERSION [LINKER FLAGS] FOLDER`: the ordinary case, one program of one module.
tool() {
  local folder=${*: -1} name=$1 package=$2 version=$3 flags=
  [ $# -lt 5 ] || flags=$4
  mkdir "$folder/module"
  ( module "$folder/module" "$package" "$version" )
  compile "$folder" "$name" "$package" "$flags"
}

build_kubernetes() {
  local version=$KUBERNETES_VERSION minor program
  minor=${version#v1.}; minor=${minor%%.*}
  # Without the version, helm and kubectl see v0.0.0 and charts refuse to install.
  local flags="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1"
  flags+=" -X k8s.io/component-base/version.gitMinor=$minor -X k8s.io/client-go/pkg/version.gitVersion=$version"
  mkdir "$1/module"
  cp "$BED_SOURCE/build/kubernetes.go.mod" "$1/module/go.mod"
  ( cd "$1/module" && go mod tidy )
  compile "$1" etcd go.etcd.io/etcd/server/v3
  for program in kubectl kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
    compile "$1" $program k8s.io/kubernetes/cmd/$program "$flags"
  done
}

build_containerd() {
  local program
  mkdir "$1/module"
  ( module "$1/module" github.com/containerd/containerd/v2/cmd/containerd "$CONTAINERD_VERSION" )
  for program in containerd ctr containerd-shim-runc-v2; do
    compile "$1" $program github.com/containerd/containerd/v2/cmd/$program
  done
}

build_kwok() {
  tool kwok sigs.k8s.io/kwok/cmd/kwok "$KWOK_VERSION" "$1"
  local source stage; source=$(cd "$1/module" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
  # What kwok does with a simulated node or pod lies beside its source, not in the program.
  for stage in node/fast node/heartbeat-with-lease pod/fast; do
    find "$source/kustomize/stage/$stage" -maxdepth 1 -name "*.yaml" ! -name kustomization.yaml -print0 | sort -z |
      while IFS= read -r -d '' file; do cat "$file"; echo; echo '---'; done
  done >"$1/stages.yaml"
}

# Traefik builds only with the forks that its own go.mod names, and those hold only in a main module.
build_traefik() {
  local its old new version
  mkdir "$1/module"; cd "$1/module"
  go mod init testbed/build 2>/dev/null
  go mod edit -require "github.com/traefik/traefik/v3@$TRAEFIK_VERSION" -tool github.com/traefik/traefik/v3/cmd/traefik
  its=$(go mod download -json "github.com/traefik/traefik/v3@$TRAEFIK_VERSION" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  grep -E '^\s*(replace )?[^ ]+ => [^.]' "$its" | sed 's/^\s*replace //' |
    while read -r old _ new version; do go mod edit -replace "$old=$new@$version"; done
  go mod tidy
  compile "$1" traefik github.com/traefik/traefik/v3/cmd/traefik
}

# The project's own small programs, one folder each under programs/; a changed source is another entry.
own_program() { # NAME FOLDER
  ( cd "$BED_SOURCE/programs/$1" && CGO_ENABLED=0 nice -n 10 go build -trimpath -ldflags '-s -w' -o "$2/$1" . )
}

own_version() { # NAME
  ( cd "$BED_SOURCE/programs/$1" && find . -type f -print0 | sort -z | xargs -0 cat | sha256sum | cut -c1-12 )
}

link_programs() { # ENTRY
  mkdir -p "$BIN"
  local program
  for program in "$CACHE/$1"/*; do
    [ -f "$program" ] && [ -x "$program" ] && ln -sfn "../$1/${program##*/}" "$BIN/${program##*/}"
  done
  return 0
}

# `program ENTRY BUILDER…`: built once, linked into bin/ each time.
program() {
  [ -d "$CACHE/$1" ] || command -v go >/dev/null || cannot "there is no Go toolchain to build $1 with: expected \`go\` in PATH, 1.26 or later"
  entry "$@"
  link_programs "$1"
}

programs() {
  local helm=helm.sh/helm own
  program "kubernetes-$KUBERNETES_VERSION" build_kubernetes
  program "helm4-$HELM4_VERSION" tool helm4 $helm/v4/cmd/helm "$HELM4_VERSION" "-X $helm/v4/internal/version.version=$HELM4_VERSION"
  program "helm3-$HELM3_VERSION" tool helm3 $helm/v3/cmd/helm "$HELM3_VERSION" "-X $helm/v3/internal/version.version=$HELM3_VERSION"
  program "crane-$CRANE_VERSION" tool crane github.com/google/go-containerregistry/cmd/crane "$CRANE_VERSION"
  program "containerd-$CONTAINERD_VERSION" build_containerd
  program "coredns-$COREDNS_VERSION" tool coredns github.com/coredns/coredns "$COREDNS_VERSION"
  program "kwok-$KWOK_VERSION" build_kwok
  program "local-path-$LOCAL_PATH_VERSION" tool local-path-provisioner github.com/rancher/local-path-provisioner "$LOCAL_PATH_VERSION"
  program "traefik-$TRAEFIK_VERSION" build_traefik
  for own in "$BED_SOURCE"/programs/*/go.mod; do
    own=${own%/go.mod}; own=${own##*/}
    program "$own-$(own_version "$own")" own_program "$own"
  done
}
