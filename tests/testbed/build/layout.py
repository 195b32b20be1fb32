"""One file-system layer and a table of images -> a folder in OCI layout.   layout.py TABLE LAYER OUT

Each image of the table is its own manifest and config over the same layer, so that a pod gets the entry point, user and
environment that its chart expects of the real image, and a node stores the layer once. Must not know who asks for which.
"""

import hashlib
import json
import os
import pathlib
import sys

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"  # not compressed: its digest is its diff id, and nothing has to be unpacked twice


def digest_of(path: pathlib.Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def descriptor(media: str, digest: str, size: int) -> dict:
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": size}


def store(blobs: pathlib.Path, media: str, value: dict) -> dict:
    """Writes a JSON blob under its own digest and describes it."""
    data = json.dumps(value, sort_keys=True).encode()
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return descriptor(media, digest, len(data))


def manifest(blobs: pathlib.Path, config: dict, layer: dict) -> dict:
    image = {
        "architecture": "amd64",
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": store(blobs, CONFIG, image), "layers": [layer]}
    return store(blobs, MANIFEST, body)


def layout(table: dict, layer_file: pathlib.Path, out: pathlib.Path) -> None:
    blobs = out / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    digest, size = digest_of(layer_file), layer_file.stat().st_size
    os.rename(layer_file, blobs / digest)
    layer = descriptor(LAYER, digest, size)
    index = {"schemaVersion": 2, "manifests": []}
    for name, config in table.items():
        entry = manifest(blobs, config, layer)
        reference = f"docker.io/testbed/{name}:1"
        entry["annotations"] = {"io.containerd.image.name": reference, "org.opencontainers.image.ref.name": reference}
        index["manifests"].append(entry)
        (out / f"{name}.digest").write_text(entry["digest"] + "\n")
    (out / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (out / "index.json").write_text(json.dumps(index))


if __name__ == "__main__":
    table_file, layer_file, out_folder = map(pathlib.Path, sys.argv[1:])
    layout(json.loads(table_file.read_text()), layer_file, out_folder)
