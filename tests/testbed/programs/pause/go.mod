module hubwright/testbed/pause

go 1.24
