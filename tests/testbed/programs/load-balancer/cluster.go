// The three calls to the API server that the load balancer needs, without a client library. It must not know what addresses are.
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
	"time"
)

type metadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace"`
	Annotations map[string]string `json:"annotations"`
}

type ingress struct {
	IP string `json:"ip"`
}

type service struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		Type           string `json:"type"`
		LoadBalancerIP string `json:"loadBalancerIP"`
	} `json:"spec"`
	Status struct {
		LoadBalancer struct {
			Ingress []ingress `json:"ingress"`
		} `json:"loadBalancer"`
	} `json:"status"`
}

type cluster struct {
	server, token string
	client        *http.Client
}

func connect(server, authority, token string) (cluster, error) {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return cluster{}, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	}
	return cluster{server: server, token: token, client: client}, nil
}

func (c cluster) services() ([]service, error) {
	var list struct {
		Items []service `json:"items"`
	}
	err := c.call(http.MethodGet, "/api/v1/services?resourceVersion=0", nil, &list)
	return list.Items, err
}

func (c cluster) namespace(name string) (metadata, error) {
	var namespace struct {
		Metadata metadata `json:"metadata"`
	}
	err := c.call(http.MethodGet, "/api/v1/namespaces/"+name, nil, &namespace)
	return namespace.Metadata, err
}

func (c cluster) setAddress(of metadata, address string) error {
	patch := map[string]any{"status": map[string]any{"loadBalancer": map[string]any{"ingress": []ingress{{IP: address}}}}}
	path := fmt.Sprintf("/api/v1/namespaces/%s/services/%s/status", of.Namespace, of.Name)
	return c.call(http.MethodPatch, path, patch, nil)
}

func (c cluster) call(method, path string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, c.server+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/merge-patch+json")
	response, err := c.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
