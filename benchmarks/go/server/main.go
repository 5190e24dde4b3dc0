// Command server is what DropGuard is compared with: net/http, whose handlers
// learn from their context that the client has left.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

type loss struct {
	EpochMicros        int64 `json:"epochMicros"`
	StoppedEpochMicros int64 `json:"stoppedEpochMicros"`
}

type counts struct {
	Started   int64 `json:"started"`
	Completed int64 `json:"completed"`
	Stopped   int64 `json:"stopped"`
}

type stats struct {
	Computations counts `json:"computations"`
	LastLoss     *loss  `json:"lastLoss"`
}

var (
	mu  sync.Mutex
	now stats // guarded by mu
)

func compute(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.Atoi(r.URL.Query().Get("ms"))
	if err != nil || ms < 0 {
		http.Error(w, "ms: "+r.URL.Query().Get("ms")+" (expected: >= 0)", http.StatusBadRequest)
		return
	}
	mu.Lock()
	now.Computations.Started++
	mu.Unlock()
	end := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer end.Stop()
	select {
	case <-r.Context().Done():
		stopped := time.Now().UnixMicro()
		mu.Lock()
		now.Computations.Stopped++
		// The context does not say when it was cancelled, so the two are one instant.
		now.LastLoss = &loss{stopped, stopped}
		mu.Unlock()
	case <-end.C:
		mu.Lock()
		now.Computations.Completed++
		mu.Unlock()
		fmt.Fprintf(w, "{\"computed\":%d}\n", ms)
	}
}

func tell(w http.ResponseWriter, _ *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(now); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "address to bind; port 0 picks one")
	flag.Parse()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("Go net/http: http://%s\n", listener.Addr())
	http.HandleFunc("/compute", compute)
	http.HandleFunc("/stats", tell)
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
