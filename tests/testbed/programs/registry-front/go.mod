module hubwright/testbed/registry-front

go 1.24
