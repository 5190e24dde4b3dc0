package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// bucket is what "users served per five seconds" counts by.
const bucket = 5 * time.Second

// A crowd is users who want one answer each, and who do not wait for ever.
type crowd struct {
	name, base, address string
	stats               string // where /stats is told by threads that the crowd does not take
	path                string
	patience            time.Duration // before they drop the connection
	tries               int

	served   []int64 // per bucket; atomic
	attempts int64   // atomic
	refused  int64   // connections that could not be made in time; atomic
	failed   int64   // answers other than 200; atomic

	before, after Stats
}

var errRefused = errors.New("refused")
var errStatus = errors.New("status")

// attempt asks once, on a connection of its own, and drops it when patience is over.
func (c *crowd) attempt() error {
	until := time.Now().Add(c.patience)
	connection, err := net.DialTimeout("tcp", c.address, c.patience)
	if err != nil {
		return errRefused
	}
	defer connection.Close()
	if err := connection.SetDeadline(until); err != nil {
		return err
	}
	request := "GET " + c.path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(connection, request); err != nil {
		return errRefused
	}
	atomic.AddInt64(&c.attempts, 1)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errStatus
	}
	return nil
}

func (c *crowd) user(begin time.Time) {
	for try := 0; try < c.tries; try++ {
		switch err := c.attempt(); {
		case err == nil:
			at := int(time.Since(begin) / bucket)
			if at < len(c.served) {
				atomic.AddInt64(&c.served[at], 1)
			}
			return
		case errors.Is(err, errRefused):
			atomic.AddInt64(&c.refused, 1)
		case errors.Is(err, errStatus):
			atomic.AddInt64(&c.failed, 1)
		}
	}
}

// run lets users arrive as they do in life, each for himself: a Poisson process.
func (c *crowd) run(perSecond float64, duration time.Duration) error {
	c.served = make([]int64, duration/bucket)
	client := statsClient()
	var err error
	if c.before, err = fetchStats(client, c.stats); err != nil {
		return err
	}
	client.CloseIdleConnections()
	var users sync.WaitGroup
	begin := time.Now()
	for next := begin; ; {
		next = next.Add(time.Duration(rand.ExpFloat64() / perSecond * float64(time.Second)))
		if next.Sub(begin) > duration {
			break
		}
		time.Sleep(time.Until(next))
		users.Add(1)
		go func() {
			defer users.Done()
			c.user(begin)
		}()
	}
	time.Sleep(time.Until(begin.Add(duration)))
	c.after, err = fetchStats(client, c.stats)
	users.Wait()
	return err
}

// capacity is what the server completes in a second when nobody leaves.
func capacity(base, path string, clients int, duration time.Duration) (float64, error) {
	var done int64
	var failure atomic.Value
	begin := time.Now()
	warm := begin.Add(duration / 4)
	end := begin.Add(duration)
	var all sync.WaitGroup
	for i := 0; i < clients; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			client := &http.Client{Transport: &http.Transport{}}
			for time.Now().Before(end) {
				response, err := client.Get(base + path)
				if err != nil {
					failure.Store(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if now := time.Now(); now.After(warm) && now.Before(end) {
					atomic.AddInt64(&done, 1)
				}
			}
			client.CloseIdleConnections()
		}()
	}
	all.Wait()
	if err, failed := failure.Load().(error); failed {
		return 0, err
	}
	return float64(done) / end.Sub(warm).Seconds(), nil
}

// abandoned is the share of computing time that made nothing which anybody received.
func (c *crowd) abandoned() float64 {
	completed := float64(c.after.Computations.Completed - c.before.Computations.Completed)
	completedMicros := float64(c.after.ThreadMicros.Completed - c.before.ThreadMicros.Completed)
	stoppedMicros := float64(c.after.ThreadMicros.Stopped - c.before.ThreadMicros.Stopped)
	if completedMicros+stoppedMicros == 0 {
		return 0
	}
	of := math.Min(float64(c.users()), completed)
	useful := completedMicros * of / math.Max(completed, 1)
	return 1 - useful/(completedMicros+stoppedMicros)
}

func (c *crowd) users() (sum int64) {
	for _, n := range c.served {
		sum += n
	}
	return sum
}

// kept is the rate of users served in the second half, as a share of capacity.
func (c *crowd) kept(perSecond float64) float64 {
	var sum int64
	half := len(c.served) / 2
	for _, n := range c.served[half:] {
		sum += n
	}
	return float64(sum) / (float64(len(c.served)-half) * bucket.Seconds() * perSecond)
}

func row(name string, all []*crowd, cell func(*crowd) string) {
	fmt.Printf("| %s |", name)
	for _, c := range all {
		fmt.Printf(" %s |", cell(c))
	}
	fmt.Println()
}

func goodput(arguments []string) error {
	flags := flag.NewFlagSet("goodput", flag.ExitOnError)
	path := flags.String("path", "/compute?mode=block&ms=200", "what users ask for")
	load := flags.Float64("load", 1.5, "arrivals as a multiple of capacity")
	seconds := flags.Int("seconds", 60, "how long users arrive at each server")
	patience := flags.Duration("patience", time.Second, "before a user drops the connection")
	tries := flags.Int("tries", 3, "the first one and the retries")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	var all []*crowd
	servers := flags.Args()
	if len(servers) == 0 || len(servers)%3 != 0 {
		return errors.New("servers: " + fmt.Sprint(servers) + " (expected: NAME URL STATS-URL ...)")
	}
	for i := 0; i < len(servers); i += 3 {
		parsed, err := url.Parse(servers[i+1])
		if err != nil || parsed.Host == "" {
			return fmt.Errorf("server: %s (expected: http://host:port)", servers[i+1])
		}
		all = append(all, &crowd{name: servers[i], base: servers[i+1], address: parsed.Host,
			stats: strings.TrimSuffix(servers[i+2], "/stats"), path: *path, patience: *patience,
			tries: *tries})
	}
	duration := time.Duration(*seconds) * time.Second
	if duration < 2*bucket || duration%bucket != 0 {
		return fmt.Errorf("seconds: %d (expected: >= 10, a multiple of 5)", *seconds)
	}

	var rate float64
	for i, c := range all {
		measured, err := capacity(c.base, *path, 48, 6*time.Second)
		if err != nil {
			return err
		}
		if i == 0 {
			rate = measured
		}
		fmt.Fprintf(os.Stderr, "capacity of %s: %.1f a second\n", c.name, measured)
	}
	for _, c := range all {
		fmt.Fprintf(os.Stderr, "%s, for %d s\n", c.name, *seconds)
		if err := c.run(rate**load, duration); err != nil {
			return err
		}
	}

	fmt.Printf("Capacity of %s: %.1f requests a second. Users arrive at %.1f a second, wait %v, try %d times.\n\n",
		all[0].name, rate, rate**load, *patience, *tries)
	row("users served in seconds", all, func(c *crowd) string { return c.name })
	row("---", all, func(*crowd) string { return "--:" })
	for i := range all[0].served {
		from := i * int(bucket.Seconds())
		row(fmt.Sprintf("%d–%d", from, from+int(bucket.Seconds())), all,
			func(c *crowd) string { return fmt.Sprint(c.served[i]) })
	}
	row("all", all, func(c *crowd) string { return fmt.Sprint(c.users()) })
	row("second half, of capacity", all, func(c *crowd) string { return fmt.Sprintf("%.2f", c.kept(rate)) })
	row("thread time on abandoned work", all,
		func(c *crowd) string { return fmt.Sprintf("%.0f %%", 100*c.abandoned()) })
	row("requests sent", all, func(c *crowd) string { return fmt.Sprint(c.attempts) })
	row("of these never begun when asked", all, func(c *crowd) string {
		return fmt.Sprint(c.attempts - (c.after.Computations.Started - c.before.Computations.Started))
	})
	row("of these known lost, never to be run", all,
		func(c *crowd) string { return fmt.Sprint(c.after.Unrun - c.before.Unrun) })
	row("connections not made in time", all, func(c *crowd) string { return fmt.Sprint(c.refused) })
	row("answers other than 200", all, func(c *crowd) string { return fmt.Sprint(c.failed) })
	return nil
}
