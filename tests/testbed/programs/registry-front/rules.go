// The two kinds of files that steer the front, read anew for each request so that a test can change them. A pattern is a whole
// image name (registry/repository:tag) in which `*` stands for anything. It must not know HTTP.
package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const usualDelay = 20 * time.Second

type verdict struct {
	kind  string // "", absent, denied, slow or hang
	delay time.Duration
}

// What a tag's beginning says, without any file.
var byTag = []struct {
	pattern *regexp.Regexp
	verdict verdict
}{
	{regexp.MustCompile(`:absent[^/]*$`), verdict{kind: "absent"}},
	{regexp.MustCompile(`:denied[^/]*$`), verdict{kind: "denied"}},
	{regexp.MustCompile(`:slow[^/]*$`), verdict{kind: "slow", delay: usualDelay}},
	{regexp.MustCompile(`:hang[^/]*$`), verdict{kind: "hang"}},
}

// verdictFor is the first line of the folder's files that fits, else what the tag says.
func verdictFor(folder, name string) (verdict, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return verdict{}, err
	}
	for _, file := range files {
		said, err := firstMatch(file, name)
		if err != nil && !os.IsNotExist(err) { // a test may have just taken it away
			return verdict{}, err
		}
		if said != "" {
			return parseVerdict(said), nil
		}
	}
	for _, rule := range byTag {
		if rule.pattern.MatchString(name) {
			return rule.verdict, nil
		}
	}
	return verdict{}, nil
}

func parseVerdict(said string) verdict {
	kind, seconds, _ := strings.Cut(said, " ")
	delay := usualDelay
	if n, err := strconv.Atoi(strings.TrimSpace(seconds)); err == nil {
		delay = time.Duration(n) * time.Second
	}
	return verdict{kind: kind, delay: delay}
}

// firstMatch returns what stands behind the first pattern of a file that fits the name, or "".
func firstMatch(file, name string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		pattern, rest, _ := strings.Cut(line, " ")
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		if fits(pattern, name) {
			return strings.TrimSpace(rest), nil
		}
	}
	return "", nil
}

// fits compares a pattern with a name; a pattern without a tag fits every tag and digest.
func fits(pattern, name string) bool {
	if !strings.Contains(pattern[strings.LastIndex(pattern, "/")+1:], ":") {
		repository, _, digest := strings.Cut(name, "@")
		if !digest {
			repository = name[:strings.LastIndex(name, ":")]
		}
		name = repository
	}
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	matched, err := regexp.MatchString("^"+strings.Join(parts, ".*")+"$", name)
	return err == nil && matched
}
