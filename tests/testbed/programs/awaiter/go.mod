module hubwright/testbed/awaiter

go 1.26.0
