module hubwright/testbed/image-awaiter

go 1.26.0
