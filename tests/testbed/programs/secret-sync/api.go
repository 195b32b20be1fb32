// The two things this program asks of Kubernetes, with the pod's own service account.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

// api is the Secrets of one namespace.
type api struct {
	client *http.Client
	url    string
}

// secret is what is sent and what comes back.
type secret struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   metadata          `json:"metadata"`
	Data       map[string][]byte `json:"data"`
}

type metadata struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels,omitempty"`
}

func inCluster() (*api, error) {
	certificate, err := os.ReadFile(account + "ca.crt")
	if err != nil {
		return nil, err
	}
	namespace, err := os.ReadFile(account + "namespace")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	return &api{client, fmt.Sprintf("https://kubernetes.default.svc/api/v1/namespaces/%s/secrets", namespace)}, nil
}

// read gives the key's content, nil where there is no such Secret or key.
func (a *api) read(to target) ([]byte, error) {
	found := secret{}
	status, err := a.ask(http.MethodGet, a.url+"/"+to.secret, nil, &found)
	if status == http.StatusNotFound {
		return nil, nil
	}
	return found.Data[to.key], err
}

// write sets the key in the Secret, which it makes if it is not there.
func (a *api) write(to target, content []byte) error {
	wanted := secret{"v1", "Secret", metadata{to.secret, to.labels}, map[string][]byte{to.key: content}}
	status, err := a.ask(http.MethodPatch, a.url+"/"+to.secret, wanted, nil)
	if status == http.StatusNotFound {
		_, err = a.ask(http.MethodPost, a.url, wanted, nil)
	}
	return err
}

// ask sends one request; the token is read each time, because Kubernetes renews it.
func (a *api) ask(method, url string, body, answer any) (int, error) {
	sent, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	token, err := os.ReadFile(account + "token")
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequest(method, url, bytes.NewReader(sent))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	response, err := a.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("%s %s: %s", method, url, response.Status)
	}
	if answer == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.Unmarshal(received, answer)
}
