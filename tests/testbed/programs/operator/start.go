// The `ray start` command of a pod, from its group's parameters and its container's resources.
package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	agentPort   = "52365"
	metricsPort = 8080
)

// Switches that `ray start` wants with a value even when it is true or false.
var valued = []string{"log-color", "include-dashboard", "include-log-monitor"}

var migSlice = regexp.MustCompile(`nvidia\.com/mig-\d+g\.\d+gb$`)

// startParams completes the parameters that were asked for. It never changes the map that it is given.
func startParams(asked map[string]string, defaults map[string]string, resources corev1.ResourceRequirements) map[string]string {
	params := map[string]string{"metrics-export-port": strconv.Itoa(metricsPort), "dashboard-agent-listen-port": agentPort}
	maps.Copy(params, fromResources(resources))
	maps.Copy(params, defaults)
	maps.Copy(params, asked)
	params["block"] = "true"
	return params
}

// fromResources is what Ray should believe it has: the limits, or the CPUs requested where none are set.
func fromResources(resources corev1.ResourceRequirements) map[string]string {
	params := map[string]string{}
	cpu, limited := resources.Limits[corev1.ResourceCPU]
	if !limited {
		cpu = resources.Requests[corev1.ResourceCPU]
	}
	if !cpu.IsZero() {
		params["num-cpus"] = strconv.FormatInt(cpu.Value(), 10)
	}
	if memory := resources.Limits[corev1.ResourceMemory]; !memory.IsZero() {
		params["memory"] = strconv.FormatInt(memory.Value(), 10)
	}
	for _, name := range slices.Sorted(maps.Keys(resources.Limits)) {
		if count := resources.Limits[name]; isGPU(string(name)) && !count.IsZero() && params["num-gpus"] == "" {
			params["num-gpus"] = strconv.FormatInt(count.Value(), 10)
		}
	}
	return params
}

// isGPU knows `….gpu` and NVIDIA's slices by size; `nvidia.com/gpu.shared` is none, as in KubeRay.
func isGPU(name string) bool { return strings.HasSuffix(name, "gpu") || migSlice.MatchString(name) }

func startCommand(node string, params map[string]string) string {
	words := []string{"ray start"}
	if node == head {
		words = append(words, "--head")
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		value := params[name]
		isSwitch := strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
		switch {
		case !isSwitch || slices.Contains(valued, name):
			words = append(words, fmt.Sprintf("--%s=%s", name, value))
		case strings.EqualFold(value, "true"):
			words = append(words, "--"+name)
		}
	}
	return strings.Join(words, " ")
}

// shellCommand is what the container runs: the user's own command first, if there is one, then Ray.
func shellCommand(container corev1.Container, start string) string {
	full := "ulimit -n ${RAY_START_ULIMIT_OPEN_FILES:-65536}; " + start
	if own := strings.Join(append(slices.Clone(container.Command), container.Args...), " "); own != "" {
		return own + " && " + full
	}
	return full
}
