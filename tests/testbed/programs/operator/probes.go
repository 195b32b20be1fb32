// Liveness and readiness of a Ray node: over HTTP where Ray has one answer for all, with wget before that.
package main

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// addProbes gives the container the probes that it does not have yet.
func addProbes(container *corev1.Container, node string, params map[string]string, rayVersion string) {
	handler := probeHandler(node, params, rayVersion)
	timeout := int32(2)
	if node == head { // it is asked for two things
		timeout = 5
	}
	if container.LivenessProbe == nil {
		container.LivenessProbe = &corev1.Probe{ProbeHandler: handler, InitialDelaySeconds: 30, PeriodSeconds: 5, TimeoutSeconds: timeout, SuccessThreshold: 1, FailureThreshold: 120}
	}
	if container.ReadinessProbe == nil {
		container.ReadinessProbe = &corev1.Probe{ProbeHandler: handler, InitialDelaySeconds: 10, PeriodSeconds: 5, TimeoutSeconds: timeout, SuccessThreshold: 1, FailureThreshold: 10}
	}
}

func probeHandler(node string, params map[string]string, rayVersion string) corev1.ProbeHandler {
	agent := port(params, "dashboard-agent-listen-port", 52365)
	if atLeast(rayVersion, "2.53.0") {
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/api/healthz", Port: intstr.FromInt32(agent)}}
	}
	command := healthCommand(2, agent, "api/local_raylet_healthz")
	if node == head {
		command += " && " + healthCommand(10, port(params, "dashboard-port", 8265), "api/gcs_healthz")
	}
	return corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"bash", "-c", command}}}
}

func healthCommand(seconds int, port int32, path string) string {
	return fmt.Sprintf("wget --tries 1 -T %d -q -O- http://localhost:%d/%s | grep success", seconds, port, path)
}

func port(params map[string]string, name string, otherwise int32) int32 {
	if parsed, err := strconv.ParseInt(params[name], 10, 32); err == nil {
		return int32(parsed)
	}
	return otherwise
}
