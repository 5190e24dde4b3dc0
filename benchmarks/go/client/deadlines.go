package main

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"
)

// late sends one request that its server ends at the limit, and tells how long after that
// its answer came.
func late(address string, limit time.Duration) (time.Duration, error) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer connection.Close()
	sent := time.Now()
	if _, err := connection.Write([]byte("GET /limited?ms=20000 HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		return 0, err
	}
	status, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return 0, err
	}
	came := time.Since(sent) - limit
	if !strings.HasPrefix(status, "HTTP/1.1 503 ") {
		return 0, fmt.Errorf("answered %q (expected: 503)", status)
	}
	return came, nil
}

// round has many clients wait together.
func round(address string, limit time.Duration, clients int) ([]time.Duration, error) {
	all := make([]time.Duration, clients)
	failed := make(chan error, clients)
	var waiting sync.WaitGroup
	for i := range all {
		waiting.Add(1)
		go func(i int) {
			defer waiting.Done()
			var err error
			if all[i], err = late(address, limit); err != nil {
				failed <- err
			}
		}(i)
	}
	waiting.Wait()
	select {
	case err := <-failed:
		return nil, err
	default:
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all, nil
}

func deadlines(arguments []string) error {
	flags := flag.NewFlagSet("deadlines", flag.ExitOnError)
	guarded := flags.String("guarded", "", "base URL of the guarded quickstart")
	clients := flags.Int("clients", 1000, "that wait at a time")
	rounds := flags.Int("rounds", 9, "rounds that count")
	warmUp := flags.Int("warm-up", 5, "rounds that do not")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	parsed, err := url.Parse(*guarded)
	if err != nil {
		return err
	}
	fmt.Printf("%d clients wait for a deadline of 1 s at a time.\n\n", *clients)
	fmt.Println("| round | first ms late | p50 | p99 | last |\n|--:|--:|--:|--:|--:|")
	millis := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	var tails []float64
	for n := 1 - *warmUp; n <= *rounds; n++ {
		all, err := round(parsed.Host, time.Second, *clients)
		if err != nil {
			return err
		}
		if n < 1 {
			continue
		}
		at := func(of float64) float64 { return millis(all[int(of*float64(len(all)-1)+0.5)]) }
		fmt.Printf("| %d | %.1f | %.1f | %.1f | %.1f |\n", n, at(0), at(0.5), at(0.99), at(1))
		tails = append(tails, at(0.99))
	}
	sort.Float64s(tails)
	fmt.Printf("\np99: median %.1f ms, from %.1f to %.1f (goal: <= 50)\n",
		tails[len(tails)/2], tails[0], tails[len(tails)-1])
	return nil
}
