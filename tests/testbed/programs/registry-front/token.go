// Who may pull private images: the bearer-token exchange that the big registries use. It must not know which images exist.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

const (
	grantedToken   = "granted"
	anonymousToken = "anonymous"
)

type tokenService struct {
	address        string // of this program, as the node reaches it
	user, password string
}

// serve hands out a token: without credentials one that opens nothing private, with wrong ones none.
func (t tokenService) serve(w http.ResponseWriter, r *http.Request) {
	user, password, given := r.BasicAuth()
	if !given {
		// OAuth clients post the same two values as a form
		user, password = r.PostFormValue("username"), r.PostFormValue("password")
		given = user != ""
	}
	token := anonymousToken
	switch {
	case given && user == t.user && password == t.password:
		token = grantedToken
	case given:
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "incorrect username or password")
		return
	case strings.Contains(r.FormValue("scope"), "/forbidden/"):
		// some registries refuse already here
		refuse(w, http.StatusForbidden, "DENIED", "requested access to the resource is denied")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"token": token, "access_token": token, "expires_in": 300})
}

func (t tokenService) allows(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Bearer "+grantedToken
}

// challenge tells the client where to get a token, and that the one it has does not reach.
func (t tokenService) challenge(w http.ResponseWriter, repository string) {
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(
		`Bearer realm="%s/token",service="testbed",scope="repository:%s:pull",error="insufficient_scope"`, t.address, repository))
	refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
}
