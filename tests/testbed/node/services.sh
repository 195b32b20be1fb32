# What a cluster has besides Kubernetes: a default StorageClass, load balancers, simulated nodes. Must not know the charts.
# shellcheck shell=bash

storage() {
  mkdir -p "$WORK/volumes"
  cat >"$WORK/local-path.json" <<CONFIG
{"nodePathMap": [{"node": "DEFAULT_PATH_FOR_NON_LISTED_NODES", "paths": ["$WORK/volumes"]}],
 "setupCommand": "", "teardownCommand": ""}
CONFIG
  kube apply -f - >&2 <<'OBJECTS'
apiVersion: v1
kind: Namespace
metadata: {name: local-path-storage}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: local-path-config, namespace: local-path-storage}
data:
  setup: |-
    #!/bin/sh
    mkdir -m 0777 -p "$VOL_DIR"
  teardown: |-
    #!/bin/sh
    rm -rf "$VOL_DIR"
  helperPod.yaml: |-
    apiVersion: v1
    kind: Pod
    metadata: {name: helper-pod}
    spec:
      automountServiceAccountToken: false
      containers: [{name: helper-pod, image: "docker.io/library/busybox:1"}]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: local-path
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: rancher.io/local-path
volumeBindingMode: WaitForFirstConsumer
reclaimPolicy: Delete
OBJECTS
  start local-path env POD_NAMESPACE=local-path-storage local-path-provisioner start --config "$WORK/local-path.json" \
    --kubeconfig "$WORK/kubeconfig" --service-account-name default --configmap-name local-path-config \
    --helper-image docker.io/library/busybox:1
}

load_balancer() {
  start load-balancer load-balancer -server "https://$NODE:6443" -authority "$WORK/pki/ca.crt" -token-file "$WORK/pki/admin-token" \
    -range "$LOAD_BALANCERS"
}

# Only nodes that ask for it are simulated; the real one is left alone.
simulated_nodes() {
  start kwok kwok --kubeconfig "$WORK/kubeconfig" --config "$CACHE/kwok-$KWOK_VERSION/stages.yaml" \
    --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake
}
