package main

import "testing"

func TestDone(t *testing.T) {
	for name, test := range map[string]struct {
		got  counts
		late bool
		want bool
	}{
		"nothing is counted yet":                 {counts{}, false, false},
		"no node is wanted":                      {counts{}, true, true},
		"one of two":                             {counts{2, 2, 1}, true, false},
		"all":                                    {counts{2, 2, 2}, false, true},
		"a pod without room is waited for":       {counts{2, 1, 1}, false, false},
		"a pod without room is given up at last": {counts{2, 1, 1}, true, true},
	} {
		if got := done(test.got, test.late); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
