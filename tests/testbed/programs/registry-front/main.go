// Command registry-front stands between the node and a real registry. It answers every tag of the known repositories with one
// of the bed's images, wants credentials for private ones, and can be told to miss, refuse, delay or never answer an image.
// Everything else (unknown repositories, blobs, pushes) is the real registry's business. It must not know containerd.
package main

import (
	"flag"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Where the bed pushes its own images: one repository, one tag per image.
const ownRepository = "testbed/all"

type front struct {
	backend *httputil.ReverseProxy
	images  string // file of "PATTERN IMAGE" lines
	rules   string // folder of files of "PATTERN VERDICT [SECONDS]" lines
	token   tokenService
}

var manifestPath = regexp.MustCompile(`^/v2/(.+)/manifests/(.+)$`)

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		f.token.serve(w, r)
		return
	}
	match := manifestPath.FindStringSubmatch(r.URL.Path)
	if match == nil || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		f.backend.ServeHTTP(w, r)
		return
	}
	f.manifest(w, r, match[1], match[2])
}

// manifest answers one image name; wanted is a tag or a digest.
func (f *front) manifest(w http.ResponseWriter, r *http.Request, repository, wanted string) {
	name := imageName(r.URL.Query().Get("ns"), repository, wanted)
	verdict, err := verdictFor(f.rules, name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if !f.pass(w, r, verdict) {
		return
	}
	if strings.Contains(name, "/private/") && !f.token.allows(r) {
		f.token.challenge(w, repository)
		return
	}
	image, err := firstMatch(f.images, name)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	case image != "" && strings.HasPrefix(wanted, "sha256:"):
		r.URL.Path = "/v2/" + ownRepository + "/manifests/" + wanted
	case image != "":
		r.URL.Path = "/v2/" + ownRepository + "/manifests/" + image
	}
	f.backend.ServeHTTP(w, r)
}

// pass carries out a verdict and tells whether the image is to be answered after all.
func (f *front) pass(w http.ResponseWriter, r *http.Request, v verdict) bool {
	switch v.kind {
	case "absent":
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return false
	case "denied":
		refuse(w, http.StatusForbidden, "DENIED", "requested access to the resource is denied")
		return false
	case "hang":
		<-r.Context().Done()
		return false
	case "slow":
		select {
		case <-time.After(v.delay):
			return true
		case <-r.Context().Done():
			return false
		}
	}
	return true
}

// refuse writes an error the way registries do.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write([]byte(`{"errors":[{"code":"` + code + `","message":"` + message + `"}]}`))
}

// imageName is the whole name that a pod asked for: the mirrored registry comes in `ns`, not in the path.
func imageName(registry, repository, wanted string) string {
	separator := ":"
	if strings.HasPrefix(wanted, "sha256:") {
		separator = "@"
	}
	if registry == "" {
		return repository + separator + wanted
	}
	return registry + "/" + repository + separator + wanted
}

func main() {
	listen := flag.String("listen", "127.0.0.1:5000", "address to listen on, as the node reaches it")
	registry := flag.String("registry", "http://127.0.0.1:5001", "the real registry")
	images := flag.String("images", "", "file that says which image answers for which repositories")
	rules := flag.String("rules", "", "folder whose files say which images are missing, refused, slow or never come")
	user := flag.String("user", "puller", "user who may pull private images")
	password := flag.String("password", "", "that user's password")
	flag.Parse()
	target, err := url.Parse(*registry)
	if err != nil {
		log.Fatal(err)
	}
	handler := &front{
		backend: httputil.NewSingleHostReverseProxy(target),
		images:  *images,
		rules:   *rules,
		token:   tokenService{address: "http://" + *listen, user: *user, password: *password},
	}
	log.Fatal(http.ListenAndServe(*listen, handler))
}
