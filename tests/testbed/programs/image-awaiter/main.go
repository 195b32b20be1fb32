// The stand-in for the image awaiter of the JupyterHub chart: ends well once a DaemonSet has pulled all its images,
// that is when every pod of it that got a node is ready. It waits for ever; helm's timeout ends it otherwise.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

// question is what is asked, and how.
type question struct {
	client *http.Client
	url    string
	token  string
}

// counts of a DaemonSet's status.
type counts struct {
	Desired int `json:"desiredNumberScheduled"`
	Current int `json:"currentNumberScheduled"`
	Ready   int `json:"numberReady"`
}

func main() {
	ca := flag.String("ca-path", "", "certificate of the API server")
	token := flag.String("auth-token-path", "", "file with a token for it")
	server := flag.String("api-server-address", "", "address of it")
	namespace := flag.String("namespace", "", "namespace of the DaemonSet")
	name := flag.String("daemonset", "", "name of the DaemonSet")
	patience := flag.Int("pod-scheduling-wait-duration", 10, "seconds to wait for pods without a node; -1: for ever")
	flag.Parse()
	ask, err := newQuestion(*ca, *token, fmt.Sprintf("%s/apis/apps/v1/namespaces/%s/daemonsets/%s", *server, *namespace, *name))
	if err != nil {
		log.Fatal(err)
	}
	for started := time.Now(); ; time.Sleep(time.Second) {
		got, err := ask.counts()
		if err != nil {
			log.Print(err)
			continue
		}
		log.Printf("%d of %d nodes currently have the images", got.Ready, got.Desired)
		late := *patience >= 0 && time.Since(started) > time.Duration(*patience)*time.Second
		if done(got, late) {
			return
		}
	}
}

// done says that all images are there. A pod that finds no room on its node is waited for only for a while, and so is
// the first count, which is none.
func done(got counts, late bool) bool {
	if late {
		return got.Ready >= got.Current
	}
	return got.Desired > 0 && got.Ready >= got.Desired
}

func newQuestion(ca, token, url string) (*question, error) {
	certificate, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	secret, err := os.ReadFile(token)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificate) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	return &question{&http.Client{Transport: transport, Timeout: 10 * time.Second}, url, strings.TrimSpace(string(secret))}, nil
}

func (q *question) counts() (counts, error) {
	request, err := http.NewRequest(http.MethodGet, q.url, nil)
	if err != nil {
		return counts{}, err
	}
	request.Header.Set("Authorization", "Bearer "+q.token)
	response, err := q.client.Do(request)
	if err != nil {
		return counts{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return counts{}, fmt.Errorf("%s: %s", q.url, response.Status)
	}
	object := struct {
		Status counts `json:"status"`
	}{}
	return object.Status, json.NewDecoder(response.Body).Decode(&object)
}
