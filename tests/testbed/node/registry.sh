# The bed's registry: a real one with the bed's images in it, and before it the front that answers for every known name.
# Must not know containerd.
# shellcheck shell=bash

# An image of one program and nothing else, as the small ones of the charts are.
small_image() { # NAME PROGRAM PATH-IN-IMAGE FOLDER
  mkdir -p "$4/root$(dirname "$3")"
  cp "$2" "$4/root$3"
  # a program that is linked with the machine's C library brings it along: there is nothing else in its image
  ldd "$2" 2>/dev/null | grep -oE '/lib[^ ]+' | while IFS= read -r library; do
    mkdir -p "$4/root${library%/*}"
    cp -L "$library" "$4/root$library"
  done || true
  tar -C "$4/root" --sort=name --numeric-owner --owner=0 --group=0 -cf "$4/layer.tar" .
  echo "{\"$1\": {\"User\": \"65532\", \"Entrypoint\": [\"$3\"], \"Env\": [\"PATH=/usr/local/bin:/usr/bin:/bin\"], \"WorkingDir\": \"/\"}}" >"$4/table.json"
  python3 "$BED_SOURCE/build/layout.py" "$4/table.json" "$4/layer.tar" "$4"
  rm -rf "$4/root"
}

# `small NAME PROGRAM PATH`: built when the program changed; remembered in SMALL_IMAGES.
small() {
  local name
  [ -x "$2" ] || return 0
  name=image-$1-$(cat "$2" "$BED_SOURCE/node/registry.sh" | sha256sum | cut -c1-12)
  entry "$name" small_image "$1" "$2" "$3"
  SMALL_IMAGES+=("$CACHE/$name")
}

small_images() { # CHARTS-FOLDER
  SMALL_IMAGES=()
  small pause "$BIN/pause" /pause
  small traefik "$BIN/traefik" /usr/local/bin/traefik
  small kube-scheduler "$BIN/kube-scheduler" /usr/local/bin/kube-scheduler
  small image-awaiter "$BIN/image-awaiter" /image-awaiter
  small secret-sync "$BIN/secret-sync" /usr/local/bin/secret-sync
  small local-path-provisioner "$BIN/local-path-provisioner" /usr/bin/local-path-provisioner
  # upstream's charts come with upstream's operator
  if [ -x "$1/bin/manager" ]; then small operator "$1/bin/manager" /manager; else small operator "$BIN/operator" /manager; fi
}

# Blobs are linked into the registry's folder, manifests are put: so nothing big is copied.
fill_registry() { # IMAGE-FOLDER
  local file name manifest
  cp -lf "$1"/blobs/sha256/* "$WORK/registry/sha256/"
  for file in "$1"/*.digest; do
    name=${file##*/}; name=${name%.digest}
    manifest=$(cut -d: -f2 "$file")
    inside curl --silent --show-error --fail --output /dev/null -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
      --data-binary "@$1/blobs/sha256/$manifest" "http://127.0.0.1:5001/v2/testbed/all/manifests/$name"
  done
}

registry() {
  mkdir -p "$WORK/registry/sha256" "$WORK/image-rules"
  start registry crane registry serve --address 127.0.0.1:5001 --disk "$WORK/registry"
  start registry-front registry-front -listen "$REGISTRY" -registry http://127.0.0.1:5001 -images "$BED_SOURCE/images.list" \
    -rules "$WORK/image-rules" -user puller -password testbed
}

registry_images() {
  local image
  wait_for 10 'the registry' inside curl --silent --fail http://127.0.0.1:5001/v2/
  for image in "$CACHE/$(image_entry)" "${SMALL_IMAGES[@]}"; do fill_registry "$image"; done
}
