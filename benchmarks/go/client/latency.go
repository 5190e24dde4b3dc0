package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"
)

// unnoticed is how long we wait for a server to notice before we say that it never does.
const unnoticed = 2 * time.Second

// settle is how long we leave the server alone after a close: asking earlier would
// wake its threads, and so measure the asking.
const settle = 3 * time.Millisecond

// A target is one server and one way to work.
type target struct {
	name    string
	base    string // http://host:port
	address string // host:port
	path    string
	client  *http.Client
}

func newTarget(name, base, mode string) (*target, error) {
	parsed, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return &target{name, base, parsed.Host, "/compute?ms=5000&mode=" + mode, statsClient()}, nil
}

// A request is what the client has sent when it leaves.
type request struct {
	name  string
	bytes func(t *target) string
}

func get(t *target) string {
	return "GET " + t.path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
}

func postWithUnreadBody(t *target) string {
	return "POST " + t.path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n" +
		"Content-Length: 8000\r\n\r\n" + strings.Repeat("x", 8000)
}

func pipelined(t *target) string {
	return get(t) + "GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n"
}

// connect sends a request and waits until the server works on it.
func connect(t *target, bytes string) (*net.TCPConn, error) {
	connection, err := net.Dial("tcp", t.address)
	if err != nil {
		return nil, err
	}
	tcp := connection.(*net.TCPConn)
	if _, err := tcp.Write([]byte(bytes)); err != nil {
		return nil, err
	}
	time.Sleep(30*time.Millisecond + time.Duration(rand.Intn(50_000))*time.Microsecond)
	return tcp, nil
}

func leave(tcp *net.TCPConn, reset bool) (int64, error) {
	if reset {
		if err := tcp.SetLinger(0); err != nil {
			return 0, err
		}
	}
	left := time.Now().UnixMicro()
	return left, tcp.Close()
}

// A series is the latencies of one row, in microseconds from the client's close.
type series struct {
	t              *target
	what           request
	reset          bool
	noticed, ended []int64
	missed         int
}

func (s *series) drop(keep bool) error {
	before, err := fetchStats(s.t.client, s.t.base)
	if err != nil {
		return err
	}
	tcp, err := connect(s.t, s.what.bytes(s.t))
	if err != nil {
		return err
	}
	left, err := leave(tcp, s.reset)
	if err != nil {
		return err
	}
	for time.Sleep(settle); ; time.Sleep(time.Millisecond) {
		now, err := fetchStats(s.t.client, s.t.base)
		if err != nil {
			return err
		}
		if now.Computations.Stopped > before.Computations.Stopped {
			if now.LastLoss == nil || now.LastLoss.EpochMicros < left {
				return fmt.Errorf("%s stopped before its client left", s.t.name)
			}
			if keep {
				s.noticed = append(s.noticed, now.LastLoss.EpochMicros-left)
				s.ended = append(s.ended, now.LastLoss.StoppedEpochMicros-left)
			}
			return nil
		}
		if time.Now().UnixMicro()-left > unnoticed.Microseconds() {
			if keep {
				s.missed++
			}
			return nil
		}
	}
}

func percentile(sorted []int64, of float64) int64 {
	return sorted[int(of*float64(len(sorted)-1)+0.5)]
}

func summary(micros []int64) string {
	if len(micros) == 0 {
		return "– | – | –"
	}
	sort.Slice(micros, func(i, j int) bool { return micros[i] < micros[j] })
	return fmt.Sprintf("%d | %d | %d",
		percentile(micros, 0.50), percentile(micros, 0.99), micros[len(micros)-1])
}

func (s *series) print() {
	signal := "FIN"
	if s.reset {
		signal = "RST"
	}
	fmt.Printf("| %s | %s | %s | %d | %d | %s | %s |\n", s.t.name, s.what.name, signal,
		len(s.noticed), s.missed, summary(s.noticed), summary(s.ended))
}

func tableHead() {
	fmt.Println("| server | client has sent | leaves by | noticed | missed" +
		" | noticed p50 µs | p99 | max | stopped p50 µs | p99 | max |")
	fmt.Println("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
}

// together is how many clients leave side by side while a server warms up.
const together = 50

// warmUp has clients leave, by FIN and RST in turns, without asking when it was noticed: what
// a server does for the first time it does slowly, and a JVM for the first thousands of times.
func warmUp(t *target, drops int) error {
	left := make(chan error)
	for i := 0; i < together; i++ {
		go func(first int) {
			for n := first; n < drops; n += together {
				tcp, err := connect(t, get(t))
				if err == nil {
					_, err = leave(tcp, n/together%2 == 1)
				}
				if err != nil {
					left <- err
					return
				}
			}
			left <- nil
		}(i)
	}
	var failed error
	for i := 0; i < together; i++ {
		if err := <-left; err != nil {
			failed = err
		}
	}
	time.Sleep(unnoticed)
	return failed
}

// inTurns drops one client of each series after the other, so that what else the machine
// does meets all of them alike.
func inTurns(all []*series, warmUp, drops int) error {
	for i := -warmUp; i < drops; i++ {
		for _, s := range all {
			if err := s.drop(i >= 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// atOnce drops many clients together and counts what the server has noticed in time.
func atOnce(t *target, what request, clients int) (int64, error) {
	before, err := fetchStats(t.client, t.base)
	if err != nil {
		return 0, err
	}
	var connections []*net.TCPConn
	for i := 0; i < clients; i++ {
		tcp, err := connect(t, what.bytes(t))
		if err != nil {
			return 0, err
		}
		connections = append(connections, tcp)
	}
	for _, tcp := range connections {
		if _, err := leave(tcp, false); err != nil {
			return 0, err
		}
	}
	time.Sleep(unnoticed)
	after, err := fetchStats(t.client, t.base)
	return after.Computations.Stopped - before.Computations.Stopped, err
}

func latency(arguments []string) error {
	flags := flag.NewFlagSet("latency", flag.ExitOnError)
	goServer := flags.String("go", "", "base URL of the Go server")
	guarded := flags.String("guarded", "", "base URL of the guarded quickstart")
	modes := flags.String("modes", "block,cpu,async", "ways to work")
	drops := flags.Int("drops", 2000, "drops of each row")
	warm := flags.Int("warm-up", 6000, "drops of each server and way to work that do not count")
	hidden := flags.Int("hidden", 50, "drops of each case that Go does not notice")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	var targets []*target
	if *goServer != "" {
		t, err := newTarget("Go", *goServer, "")
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	if flags.NArg()%3 != 0 {
		return fmt.Errorf("%v: %d arguments (expected: NAME URL MODE of each other server)",
			flags.Args(), flags.NArg())
	}
	for other := flags.Args(); len(other) > 0; other = other[3:] {
		t, err := newTarget(other[0], other[1], other[2])
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	for _, mode := range strings.Split(*modes, ",") {
		if *guarded == "" {
			break
		}
		t, err := newTarget("DropGuard "+mode, *guarded, mode)
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	if len(targets) == 0 {
		return errors.New("no server (expected: -go URL or -guarded URL)")
	}

	var all []*series
	for _, t := range targets {
		for _, reset := range []bool{false, true} {
			all = append(all, &series{t: t, what: request{"GET", get}, reset: reset})
		}
	}
	for _, t := range targets {
		if err := warmUp(t, *warm); err != nil {
			return err
		}
	}
	if err := inTurns(all, 5, *drops); err != nil { // 5: from many at once to one after the other
		return err
	}
	tableHead()
	for _, s := range all {
		s.print()
	}
	return latencyHidden(targets, *hidden)
}

// latencyHidden is about a close that hides behind bytes which nobody has read yet.
func latencyHidden(targets []*target, drops int) error {
	if drops == 0 {
		return nil
	}
	cases := []request{{"POST, body unread", postWithUnreadBody}, {"GET, another behind", pipelined}}
	for _, what := range cases {
		for _, t := range targets {
			if t.name == "Go" {
				noticed, err := atOnce(t, what, drops)
				if err != nil {
					return err
				}
				fmt.Printf("| Go | %s | FIN | %d | %d | – | – | – | – | – | – |\n",
					what.name, noticed, int64(drops)-noticed)
				continue
			}
			s := &series{t: t, what: what}
			if err := inTurns([]*series{s}, drops/5, drops); err != nil {
				return err
			}
			s.print()
		}
	}
	return nil
}
