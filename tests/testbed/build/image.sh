# Builds the one fat image that nearly every pod of the bed runs: Debian's Python with JupyterHub, JupyterLab, Ray, Dask and
# their servers, as a folder in OCI layout. Root only: debootstrap and chroot. Must not know containerd or the registry.
# shellcheck shell=bash

IMAGE_PACKAGES=bash,ca-certificates,curl,iproute2,iptables,nodejs,procps,python3,python3-pip,python3-venv,tini,wget

debian() { # FOLDER
  local mirror
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -hoE 'https?://[^] ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
  mkdir -p "$CACHE/downloads/debian"
  # without a configured mirror debootstrap takes its own default
  # shellcheck disable=SC2086
  nice -n 10 debootstrap --variant=minbase --cache-dir="$CACHE/downloads/debian" --include=$IMAGE_PACKAGES \
    "$DEBIAN_SUITE" "$1/root" ${mirror:-} >"$1/log" || { tail -20 "$1/log"; return 1; }
  rm -rf "$1"/root/var/cache/apt/* "$1"/root/var/lib/apt/lists/* "$1"/root/usr/share/{doc,man,locale}/*
}

# pip inside the new root, with the machine's own settings and certificates for as long as it takes.
pip_inside() { # ROOT PROGRAM ARGUMENTS…
  local root=$1; shift
  chroot "$root" env PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore nice -n 10 "$@"
}

lend_network() { # ROOT
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  mkdir -p "$1/etc/ssl/certs"
  [ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
  [ ! -f /etc/pip.conf ] || cp /etc/pip.conf "$1/etc/pip.conf"
}

# A second, small environment whose Ray is another one: with JUPYTER_PATH on its share folder a notebook's Python is this one.
mismatch() { # ROOT
  local kernels=/opt/mismatch/share/jupyter/kernels/python3
  pip_inside "$1" python3 -m venv /opt/mismatch
  pip_inside "$1" /opt/mismatch/bin/pip install --no-cache-dir --no-compile --quiet "ray[client]==$MISMATCH_RAY_VERSION" ipykernel
  mkdir -p "$1$kernels"
  echo '{"argv": ["/opt/mismatch/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
 "display_name": "Python 3 (another Ray)", "language": "python"}' >"$1$kernels/kernel.json"
}

# Byte code made here, once: the pods' users may not write it, so that each start of a Ray or Dask process would compile
# every module anew, 4 s of CPU a process, and Ray's client server has 30 s. Some packages hold files of other Pythons: they stay.
byte_code() { # ROOT
  pip_inside "$1" sh -c 'python3 -m compileall -q -q -j 0 --invalidation-mode unchecked-hash \
    /usr/lib/python3* /usr/local/lib/python3*/dist-packages /opt/mismatch || true'
}

people() { # ROOT
  chroot "$1" sh -c 'useradd --create-home --uid 1000 --gid 100 --shell /bin/bash jovyan
    ln -sf /usr/bin/python3 /usr/local/bin/python
    mkdir -p /srv/jupyterhub && chown 1000:100 /srv/jupyterhub'
}

fat_root() { # ROOT
  local root=$1
  lend_network "$root"
  cp "$BED_SOURCE/build/requirements.txt" "$root/tmp/"
  pip_inside "$root" pip install --no-cache-dir --no-compile --quiet -r /tmp/requirements.txt
  # jupyter-events asks for it through an extra of jsonschema; importing it builds a parser for 3 s, in every Ray process
  pip_inside "$root" pip uninstall --quiet --yes rfc3987-syntax
  mismatch "$root"
  byte_code "$root"
  npm install --silent --prefix "$root/opt/proxy" "configurable-http-proxy@$CONFIGURABLE_HTTP_PROXY_VERSION" >/dev/null
  ln -sf /opt/proxy/node_modules/.bin/configurable-http-proxy "$root/usr/local/bin/"
  people "$root"
  rm -f "$root/etc/resolv.conf" "$root/etc/pip.conf" "$root/tmp/requirements.txt"
  : >"$root/etc/resolv.conf"
}

fat_image() { # FOLDER
  cp -a "$CACHE/$(debian_entry)/root" "$1/root"
  fat_root "$1/root"
  tar -C "$1/root" --sort=name --numeric-owner -cf "$1/layer.tar" .
  python3 "$BED_SOURCE/build/layout.py" "$BED_SOURCE/build/images.json" "$1/layer.tar" "$1"
  rm -rf --one-file-system "$1/root" "$1/layer.tar"
}

debian_entry() { echo "debian-$DEBIAN_SUITE-$(echo "$IMAGE_PACKAGES" | sha256sum | cut -c1-8)"; }

image_entry() {
  local recipe
  recipe=$(cat "$BED_SOURCE"/build/{image.sh,layout.py,images.json,requirements.txt} <(grep -v '^#' "$BED_SOURCE/versions" | sed -n '/DEBIAN/,$p') | sha256sum)
  echo "image-${recipe:0:12}"
}

image() {
  [ "$(id -u)" = 0 ] || cannot 'the image needs root: debootstrap and chroot'
  entry "$(debian_entry)" debian
  entry "$(image_entry)" fat_image
}
