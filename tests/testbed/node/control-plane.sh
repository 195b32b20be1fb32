# etcd, the API server, the controllers and the scheduler. Must not know nodes or images.
# shellcheck shell=bash

control_plane() {
  start etcd etcd --data-dir "$WORK/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync --log-level warn
  api_server
}

api_server() {
  start api-server kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address="$NODE" --secure-port=6443 \
    --tls-cert-file=pki/api.crt --tls-private-key-file=pki/api.key --client-ca-file=pki/ca.crt --token-auth-file=pki/tokens.csv \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=pki/accounts.pub \
    --service-account-signing-key-file=pki/accounts.key --service-cluster-ip-range="$CLUSTER_IPS" \
    --authorization-mode=Node,RBAC --allow-privileged=true --max-requests-inflight=2000 \
    --kubelet-client-certificate=pki/kubelet-client.crt --kubelet-client-key=pki/kubelet-client.key \
    --kubelet-preferred-address-types=InternalIP # without these three no exec, logs or port-forward
}

controllers() {
  local shared=(--kubeconfig=kubeconfig --authentication-kubeconfig=kubeconfig --authorization-kubeconfig=kubeconfig
    --leader-elect=false --kube-api-qps=500 --kube-api-burst=1000)
  start controllers kube-controller-manager "${shared[@]}" --service-account-private-key-file=pki/accounts.key \
    --root-ca-file=pki/ca.crt --use-service-account-credentials
  start scheduler kube-scheduler "${shared[@]}"
}

kube() { kubectl --kubeconfig "$WORK/kubeconfig" "$@"; }

api_ready() { kube get --raw /readyz; }
