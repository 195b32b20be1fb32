module hubwright/testbed/secret-sync

go 1.26.0
