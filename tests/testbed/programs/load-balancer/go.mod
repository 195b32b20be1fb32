module hubwright/testbed/load-balancer

go 1.24
