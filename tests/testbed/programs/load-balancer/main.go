// Command load-balancer stands in for a cloud's load balancers: it gives Services of type LoadBalancer an address of its range,
// which kube-proxy then really routes. Services, or namespaces, annotated `testbed/never: "true"` stay pending for ever, as they
// do on a cluster that has no load balancers. It must not know what the Services serve.
package main

import (
	"flag"
	"log"
	"net/netip"
	"os"
	"strings"
	"time"
)

const neverAnnotation = "testbed/never"

type balancer struct {
	cluster   cluster
	addresses netip.Prefix
}

// round looks at every Service once.
func (b *balancer) round() error {
	services, err := b.cluster.services()
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, service := range services {
		for _, ingress := range service.Status.LoadBalancer.Ingress {
			taken[ingress.IP] = true
		}
	}
	for _, service := range services {
		if err := b.serve(service, taken); err != nil {
			log.Printf("%s/%s: %v", service.Metadata.Namespace, service.Metadata.Name, err)
		}
	}
	return nil
}

func (b *balancer) serve(service service, taken map[string]bool) error {
	if service.Spec.Type != "LoadBalancer" || len(service.Status.LoadBalancer.Ingress) > 0 || never(service.Metadata) {
		return nil
	}
	namespace, err := b.cluster.namespace(service.Metadata.Namespace)
	if err != nil || never(namespace) {
		return err
	}
	address := b.choose(service.Spec.LoadBalancerIP, taken)
	if address == "" {
		return nil // pending, as with a real one that was asked for an address it does not have
	}
	taken[address] = true
	return b.cluster.setAddress(service.Metadata, address)
}

// choose is the wanted address where it can be had, or the next free one; "" where there is none.
func (b *balancer) choose(wanted string, taken map[string]bool) string {
	if wanted != "" {
		address, err := netip.ParseAddr(wanted)
		if err != nil || !b.addresses.Contains(address) || taken[wanted] {
			return ""
		}
		return wanted
	}
	for address := b.addresses.Addr().Next(); b.addresses.Contains(address); address = address.Next() {
		if !taken[address.String()] {
			return address.String()
		}
	}
	return ""
}

func never(of metadata) bool { return of.Annotations[neverAnnotation] == "true" }

func main() {
	server := flag.String("server", "", "address of the API server")
	authority := flag.String("authority", "", "file with its certificate authority")
	token := flag.String("token-file", "", "file with a token that may write the status of Services")
	addresses := flag.String("range", "", "addresses to give away, like 10.0.128.0/17")
	flag.Parse()
	prefix, err := netip.ParsePrefix(*addresses)
	if err != nil {
		log.Fatal(err)
	}
	secret, err := os.ReadFile(*token)
	if err != nil {
		log.Fatal(err)
	}
	cluster, err := connect(*server, *authority, strings.TrimSpace(string(secret)))
	if err != nil {
		log.Fatal(err)
	}
	b := &balancer{cluster: cluster, addresses: prefix}
	for ; ; time.Sleep(300 * time.Millisecond) {
		if err := b.round(); err != nil {
			log.Print(err)
		}
	}
}
