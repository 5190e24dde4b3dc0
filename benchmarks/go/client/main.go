// Command client plays the clients of the benchmarks, from outside the servers'
// processes. It prints tables for people, in Markdown.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Stats is what /stats tells; Go's server leaves most of it out.
type Stats struct {
	Computations struct{ Started, Completed, Stopped int64 }
	LastLoss     *struct {
		Signal             string
		EpochMicros        int64
		StoppedEpochMicros int64
	}
	Unrun        int64
	ThreadMicros struct{ Completed, Stopped int64 }
}

// fetchStats keeps its connection, so that asking disturbs the server little.
func fetchStats(client *http.Client, base string) (Stats, error) {
	var stats Stats
	response, err := client.Get(base + "/stats")
	if err != nil {
		return stats, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return stats, fmt.Errorf("%s/stats: %s (expected: 200)", base, response.Status)
	}
	return stats, json.NewDecoder(response.Body).Decode(&stats)
}

func statsClient() *http.Client {
	return &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "client:", err)
	os.Exit(1)
}

func main() {
	commands := map[string]func([]string) error{"latency": latency, "goodput": goodput, "deadlines": deadlines}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "Usage: client latency|goodput|deadlines [options] (-help lists them)")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fail(err)
	}
}
