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

// An arrival is how the requests of one round come.
type arrival struct {
	name    string
	path    string
	status  string
	limit   time.Duration // which the server is to answer after
	spread  time.Duration // from the first request to the last
	connect bool          // before the round begins, so that only requests come together
}

// late sends one request, and tells how long after the limit its answer came.
func (a *arrival) late(address string, begin *sync.WaitGroup, after time.Duration) (time.Duration, error) {
	var connection net.Conn
	var err error
	if a.connect {
		connection, err = net.Dial("tcp", address)
	}
	begin.Done()
	if err != nil {
		return 0, err
	}
	begin.Wait()
	time.Sleep(after)
	if !a.connect {
		if connection, err = net.Dial("tcp", address); err != nil {
			return 0, err
		}
	}
	defer connection.Close()
	sent := time.Now()
	if _, err := connection.Write([]byte("GET " + a.path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		return 0, err
	}
	status, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return 0, err
	}
	came := time.Since(sent) - a.limit
	if !strings.HasPrefix(status, "HTTP/1.1 "+a.status+" ") {
		return 0, fmt.Errorf("answered %q (expected: %s)", status, a.status)
	}
	return came, nil
}

// round has many clients wait together.
func (a *arrival) round(address string, clients int) ([]time.Duration, error) {
	all := make([]time.Duration, clients)
	failed := make(chan error, clients)
	var waiting, begin sync.WaitGroup
	begin.Add(clients)
	for i := range all {
		waiting.Add(1)
		go func(i int) {
			defer waiting.Done()
			var err error
			after := a.spread * time.Duration(i) / time.Duration(clients)
			if all[i], err = a.late(address, &begin, after); err != nil {
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

func (a *arrival) measure(address string, clients, rounds int) error {
	fmt.Printf("| %s | first ms late | p50 | p99 | last |\n|--:|--:|--:|--:|--:|\n", a.name)
	millis := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	var tails []float64
	for n := 1; n <= rounds; n++ {
		all, err := a.round(address, clients)
		if err != nil {
			return err
		}
		at := func(of float64) float64 { return millis(all[int(of*float64(len(all)-1)+0.5)]) }
		fmt.Printf("| %d | %.1f | %.1f | %.1f | %.1f |\n", n, at(0), at(0.5), at(0.99), at(1))
		tails = append(tails, at(0.99))
	}
	sort.Float64s(tails)
	fmt.Printf("\np99, %s: median %.1f ms, from %.1f to %.1f\n\n",
		a.name, tails[len(tails)/2], tails[0], tails[len(tails)-1])
	return nil
}

func deadlines(arguments []string) error {
	flags := flag.NewFlagSet("deadlines", flag.ExitOnError)
	guarded := flags.String("guarded", "", "base URL of the guarded quickstart")
	clients := flags.Int("clients", 1000, "that wait at a time")
	rounds := flags.Int("rounds", 9, "rounds that count")
	warmUp := flags.Int("warm-up", 12, "rounds that do not")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	parsed, err := url.Parse(*guarded)
	if err != nil {
		return err
	}
	fmt.Printf("%d clients wait for a deadline of 1 s at a time; late is from a second after they sent"+
		" their request\nto the answer (goal: p99 <= 50 ms), and includes the time their requests took to"+
		" arrive.\n\n", *clients)
	limited := arrival{path: "/limited?ms=20000", status: "503", limit: time.Second}
	together, connected, spread := limited, limited, limited
	together.name = "all at once"
	connected.name = "all at once, connected before"
	connected.connect = true
	spread.name = "in the course of a second"
	spread.spread = time.Second
	hello := arrival{name: "all at once for /hello, without a deadline", path: "/hello", status: "200"}
	for n := 0; n < *warmUp; n++ {
		for _, each := range []*arrival{&together, &hello} {
			if _, err := each.round(parsed.Host, *clients); err != nil {
				return err
			}
		}
	}
	for _, each := range []*arrival{&together, &connected, &spread, &hello} {
		if err := each.measure(parsed.Host, *clients, *rounds); err != nil {
			return err
		}
	}
	return nil
}
