// The stand-in for the program that keeps Let's Encrypt's certificates of the JupyterHub chart in a Secret, because the
// pod that gets them has no disk:
//
//	secret-sync load SECRET KEY FILE                          the Secret's key becomes the file, if there is one
//	secret-sync watch-save [--label=K=V…] SECRET KEY FILE     each change of the file goes into the Secret, for ever
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"
)

// target says which key of which Secret a file stands for.
type target struct {
	secret, key, file string
	labels            map[string]string
}

func main() {
	if len(os.Args) < 2 {
		log.Fatal("expected `load` or `watch-save`")
	}
	to, err := parse(os.Args[2:])
	if err != nil {
		log.Fatal(err)
	}
	api, err := inCluster()
	if err != nil {
		log.Fatal(err)
	}
	switch os.Args[1] {
	case "load":
		err = load(api, to)
	case "watch-save":
		watch(api, to)
	default:
		err = fmt.Errorf("expected `load` or `watch-save`, got %q", os.Args[1])
	}
	if err != nil {
		log.Fatal(err)
	}
}

func parse(arguments []string) (target, error) {
	to, words := target{labels: map[string]string{}}, []string{}
	for _, argument := range arguments {
		label, isLabel := strings.CutPrefix(argument, "--label=")
		if name, value, whole := strings.Cut(label, "="); isLabel && whole {
			to.labels[name] = value
		} else {
			words = append(words, argument)
		}
	}
	if len(words) != 3 {
		return to, fmt.Errorf("expected SECRET KEY FILE, got %q", words)
	}
	to.secret, to.key, to.file = words[0], words[1], words[2]
	return to, nil
}

func load(api *api, to target) error {
	content, err := api.read(to)
	if err != nil || content == nil {
		return err
	}
	return os.WriteFile(to.file, content, 0o600)
}

// watch never ends; what goes wrong is tried again at the next look.
func watch(api *api, to target) {
	saved := []byte(nil)
	for ; ; time.Sleep(5 * time.Second) {
		content, err := os.ReadFile(to.file)
		if errors.Is(err, os.ErrNotExist) || bytes.Equal(content, saved) {
			continue
		}
		if err == nil {
			err = api.write(to, content)
		}
		if err != nil {
			log.Print(err)
			continue
		}
		saved = content
		log.Printf("saved %s in secret/%s", to.file, to.secret)
	}
}
