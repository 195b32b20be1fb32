module hubwright/testbed/file-server

go 1.24
