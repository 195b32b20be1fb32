// Command file-server serves one folder over HTTP: the bed's helm repository.
// It must not know what the files are.
package main

import (
	"flag"
	"log"
	"net/http"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8879", "address to listen on")
	folder := flag.String("folder", ".", "folder to serve")
	flag.Parse()
	log.Fatal(http.ListenAndServe(*listen, http.FileServer(http.Dir(*folder))))
}
