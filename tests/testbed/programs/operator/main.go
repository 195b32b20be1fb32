// The stand-in for KubeRay's operator: makes Ray pods from RayCluster objects the way KubeRay 1.7 does.
//
// It knows what a RayCluster of the ray-cluster chart can say. RayJob, RayService, batch schedulers, fault tolerance of
// the GCS, mutual TLS, suspension and worker groups of several hosts need the real operator; see validate.go.
package main

import (
	"flag"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func main() {
	watched := flag.String("watch-namespace", "", "namespaces to watch, separated by commas; all if empty")
	qps := flag.Float64("qps", 100, "requests to the API server per second")
	burst := flag.Int("burst", 200, "requests to the API server at once")
	flag.Parse()
	ctrl.SetLogger(zap.New())
	if err := run(rest.CopyConfig(ctrl.GetConfigOrDie()), *watched, float32(*qps), *burst); err != nil {
		ctrl.Log.Error(err, "the operator ends")
		os.Exit(1)
	}
}

// run starts the one controller and serves /metrics on port 8080, which the chart's probes ask for.
func run(config *rest.Config, watched string, qps float32, burst int) error {
	config.QPS, config.Burst = qps, burst
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Cache:                         cache.Options{DefaultNamespaces: namespaces(watched)},
		Metrics:                       server.Options{BindAddress: ":8080"},
		LeaderElection:                true,
		LeaderElectionID:              "ray-operator-leader",
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return err
	}
	reconciler := &Reconciler{
		Client: manager.GetClient(),
		fresh:  manager.GetAPIReader(),
		events: manager.GetEventRecorder("raycluster-controller"),
	}
	if err := reconciler.watch(manager); err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

func namespaces(watched string) map[string]cache.Config {
	if watched == "" {
		return nil
	}
	all := map[string]cache.Config{}
	for _, name := range strings.Split(watched, ",") {
		all[name] = cache.Config{}
	}
	return all
}

// newObject is an empty RayCluster, as the API server sends it.
func newObject() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(rayCluster)
	return object
}
