# Certificates, tokens and kubeconfigs. Two people: `admin`, who may do anything, and `viewer`, whom nothing is granted until a
# test binds a role. Must not start anything.
# shellcheck shell=bash

certificates() {
  local pki=$WORK/pki
  mkdir -p "$pki"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=testbed -keyout "$pki/ca.key" -out "$pki/ca.crt" 2>/dev/null
  certificate api /CN=kube-apiserver "IP:127.0.0.1,IP:$NODE,IP:$FIRST_SERVICE,DNS:localhost,DNS:kubernetes.default.svc"
  certificate kubelet-client /O=system:masters/CN=api-to-kubelet DNS:kubelet-client
  openssl genrsa -out "$pki/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$pki/accounts.key" -pubout -out "$pki/accounts.pub" 2>/dev/null
  printf '%s\n' 'admin-token,admin,admin,"system:masters"' 'viewer-token,viewer,viewer,"testers"' >"$pki/tokens.csv"
  echo admin-token >"$pki/admin-token"
  kubeconfig admin "$WORK/kubeconfig"
  kubeconfig viewer "$WORK/viewer.kubeconfig"
}

certificate() { # NAME SUBJECT ALTERNATIVE-NAMES
  local base=$WORK/pki/$1
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$base.key" -out "$base.csr" 2>/dev/null
  openssl x509 -req -in "$base.csr" -CA "$WORK/pki/ca.crt" -CAkey "$WORK/pki/ca.key" -CAcreateserial -days 3650 \
    -extfile <(echo "subjectAltName=$3") -out "$base.crt" 2>/dev/null
}

kubeconfig() { # PERSON FILE
  ( umask 077; cat >"$2" <<CONFIG
apiVersion: v1
kind: Config
clusters:
  - name: testbed
    cluster: {server: "https://$NODE:6443", certificate-authority-data: $(base64 -w0 "$WORK/pki/ca.crt")}
users:
  - {name: $1, user: {token: $1-token}}
contexts:
  - {name: testbed, context: {cluster: testbed, user: $1}}
current-context: testbed
CONFIG
  )
}
