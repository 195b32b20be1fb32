// Command pause holds a pod's namespaces, or a placeholder's place, until it is told to end. It must not do anything.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGINT, syscall.SIGTERM)
	<-told
}
