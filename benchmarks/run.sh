#!/usr/bin/env bash
# Runs one of the side-by-side benchmarks and prints a table. See benchmarks/README.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$root/benchmarks
quickstart=$root/samples/quickstart/target/quickstart.jar
usage="Usage: benchmarks/run.sh NAME [--record] [options of the benchmark]
  latency    from the client's close to the end of the work, beside Go net/http
             --drops N, --warm-up N, --modes block,cpu,async,pool, --half-close V,
             --also 'NAME URL MODE': one more server that is running already
  overhead   requests a second of /hello, and bytes allocated a request, guarded and bare
             --pairs N of JVMs, --seconds N
  goodput    users served by an overloaded server, bare and guarded
             --seconds N, --threads N
  deadlines  how late 1,000 blocked requests are answered at their deadline
             --rounds N
  log        requests a second and bytes allocated with DropGuard's log, and with Logbook's
  heartbeats how late heartbeats are while 20,000 exchanges wait
  boot-start what the auto-configuration adds to the start of a Spring Boot application
  monitor    what it costs to know what 11,000 connections do, and to look for stuck ones
             (each of these four has arguments of its own: see their scripts, such as monitor.sh)
  --record   also adds the table, dated and with the machine, to benchmarks/RESULTS.md"

[ $# -gt 0 ] || { echo "$usage" >&2; exit 2; }
name=$1
shift
case $name in
latency | overhead | goodput | deadlines) ;;
log | heartbeats | monitor | boot-start) own=$here/$name.sh ;; # a script, with its own arguments
--help | -h) echo "$usage"; exit ;;
*) printf '%s: unknown benchmark\n%s\n' "$name" "$usage" >&2; exit 2 ;;
esac
record= own=${own:-} arguments=()
drops=1000 warm_up=6000 modes=block,cpu,async half_close=probe
pairs=9 seconds= threads=20 rounds=9 also=
while [ $# -gt 0 ]; do
    if [ "$1" = --record ]; then
        record=yes
        shift
        continue
    fi
    if [ -n "$own" ]; then
        arguments+=("$1")
        shift
        continue
    fi
    [ $# -gt 1 ] || { printf '%s: unknown, or no value after it\n%s\n' "$1" "$usage" >&2; exit 2; }
    case $1 in
    --drops) drops=$2 ;;
    --warm-up) warm_up=$2 ;;
    --modes) modes=$2 ;;
    --half-close) half_close=$2 ;;
    --also) also=$2 ;;
    --pairs) pairs=$2 ;;
    --seconds) seconds=$2 ;;
    --threads) threads=$2 ;;
    --rounds) rounds=$2 ;;
    *) printf '%s: unknown option\n%s\n' "$1" "$usage" >&2; exit 2 ;;
    esac
    shift 2
done

work=$(mktemp -d)
pids=() recording=()
clean_up() {
    trap - EXIT
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

need() { # need TOOL PACKAGE
    command -v "$1" >/dev/null && return
    echo "$1: not found (expected: on the PATH; on Debian: apt-get install $2)" >&2
    exit 1
}

build_java() {
    need mvn maven
    mvn -B -ntp -q -f "$root/pom.xml" -pl samples/quickstart,benchmarks -am -DskipTests package \
        >"$work/build" 2>&1 || { cat "$work/build" >&2; exit 1; }
}

build_go() {
    need go golang-go
    for program in server client; do
        (cd "$here/go" && GOFLAGS=-mod=mod GOTOOLCHAIN=local go build -o "$work/go-$program" "./$program")
    done
}

# start NAME COMMAND...: starts a server in the background
start() {
    : >"$work/$1"
    "${@:2}" >"$work/$1" 2>"$work/$1.errors" &
    pids+=($!)
}

# url NAME: where the server last started listens, once it does
url() {
    for _ in $(seq 300); do
        sed -n '1s/.* \(http:[^ ]*\).*/\1/p' "$work/$1" | grep . && return
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/$1" "$work/$1.errors" >&2
    return 1
}

# serve NAME OPTION...: starts a quickstart and sets `base` to its URL. The garbage collector is
# named, for the JVM's own choice depends on the machine.
serve() {
    start "$1" java -Xms512m -Xmx2g -XX:+UseG1GC "${recording[@]}" -jar "$quickstart" --port 0 --tls-port -1 "${@:2}"
    base=$(url "$1")
}

machine() {
    local cpu
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
    echo "$(nproc) cores, ${cpu:-unknown CPU}, $(uname -s) $(uname -r);"
    echo "$(java -version 2>&1 | sed -n 2p | sed 's/ Runtime Environment//');" \
        "Jetty $(sed -n 's:.*<jetty.version>\(.*\)</jetty.version>.*:\1:p' "$root/pom.xml");" \
        "$(command -v go >/dev/null && go version | cut -d' ' -f3 || echo no Go);" \
        "commit $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)." \
        "Load average at the start: $load."
}

run_latency() {
    build_go
    build_java
    start go "$work/go-server"
    go=$(url go)
    serve guarded --half-close "$half_close"
    "$work/go-client" latency -go "$go" -guarded "$base" -modes "$modes" \
        -drops "$drops" -warm-up "$warm_up" $also # three words, or none
}

run_goodput() {
    build_go
    build_java
    local servers=()
    crowded() { # crowded NAME OPTION...
        serve "${1// /-}" --threads "$threads" --stats-port 0 "${@:2}"
        servers+=("$1" "$base" "$(sed -n 's/^Statistics: //p' "$work/${1// /-}")")
    }
    crowded "bare" --bare
    crowded "guarded fifo" --queue-order fifo
    crowded "guarded newest-first" --queue-order newest-first
    "$work/go-client" goodput -seconds "${seconds:-60}" "${servers[@]}"
}

run_deadlines() {
    build_go
    build_java
    # The client cannot know when its requests arrived; the server's Flight Recorder does.
    recording=(-Xlog:jfr+startup=off "-XX:StartFlightRecording=filename=$work/deadlines.jfr,$(
        )dumponexit=true,settings=none,+io.dropguard.DeadlineExpired#enabled=true")
    serve guarded --threads 1100 # a thousand of which are blocked
    "$work/go-client" deadlines -guarded "$base" -rounds "$rounds"
    kill "${pids[@]}"
    wait "${pids[@]}" 2>/dev/null || true
    pids=()
    java -cp "$here/target/benchmarks.jar" io.dropguard.benchmarks.waiting.ServerLateness \
        "$work/deadlines.jfr" "$rounds" "all at once" "all at once, connected before" \
        "in the course of a second"
}

# rate BASE SECONDS: requests a second
rate() {
    wrk -t1 -c32 -d"$2"s "$1/hello" >"$work/wrk"
    if grep -E 'Non-2xx|Socket errors' "$work/wrk" >&2; then exit 1; fi
    sed -n 's/^Requests\/sec: *//p' "$work/wrk"
}

# The compiler decides anew in every JVM, and two runs of the same code differ by more than the guard
# costs. So each pair is of two JVMs of its own, measured in the order ABBA: what drifts meets both.
run_overhead() {
    need wrk wrk
    build_java
    # 30 s: on two cores the compiler is that long behind, and has more to compile of the guarded
    local bare guarded each=${seconds:-5} settle=30 b1 b2 g1 g2
    echo "| pair | bare req/s | guarded req/s | guarded / bare |" | tee "$work/pairs"
    echo "|--:|--:|--:|--:|" | tee -a "$work/pairs"
    for pair in $(seq "$pairs"); do
        serve bare --bare
        bare=$base
        serve guarded
        guarded=$base
        rate "$bare" "$settle" >/dev/null
        rate "$guarded" "$settle" >/dev/null
        b1=$(rate "$bare" "$each")
        g1=$(rate "$guarded" "$each")
        g2=$(rate "$guarded" "$each")
        b2=$(rate "$bare" "$each")
        kill "${pids[@]}"
        wait "${pids[@]}" 2>/dev/null || true
        pids=()
        awk -v n="$pair" -v b1="$b1" -v b2="$b2" -v g1="$g1" -v g2="$g2" 'BEGIN {
            b = (b1 + b2) / 2; g = (g1 + g2) / 2
            printf "| %d | %.0f | %.0f | %.3f |\n", n, b, g, g / b
        }' | tee -a "$work/pairs"
    done
    sed 1,2d "$work/pairs" | awk -F'|' '{ print $5 + 0 }' | sort -n | awk '
        { r[NR] = $1 }
        END {
            m = NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2
            printf "\nguarded / bare: median %.3f, from %.3f to %.3f (goal: >= 0.98)\n\n", m, r[1], r[NR]
        }'
    java -jar "$here/target/benchmarks.jar" AllocationBenchmark -prof gc -rf csv \
        -rff "$work/jmh.csv" >"$work/jmh" 2>&1 || { cat "$work/jmh" >&2; exit 1; }
    # "benchmark:gc.alloc.rate.norm",mode,threads,samples,score,error,unit,param: ...
    awk -F, '{ gsub(/[\r"]/, "") }
        NR == 1 { for (i = 1; i <= NF; i++) { if ($i ~ /guarded/) G = i; if ($i ~ /stack/) S = i } next }
        $1 ~ /gc.alloc.rate.norm$/ { bytes[$S, $G] = $5; error[$S, $G] = $6; stacks[$S] = 1 }
        END {
            print "| stack | bare B/request | guarded B/request | more (goal: <= 300) |\n|---|--:|--:|--:|"
            for (s in stacks)
                printf "| %s | %.0f ± %.0f | %.0f ± %.0f | %.0f |\n", s, bytes[s, "false"], error[s, "false"],
                    bytes[s, "true"], error[s, "true"], bytes[s, "true"] - bytes[s, "false"]
        }' "$work/jmh.csv"
}

load=$(cut -d' ' -f1-3 /proc/loadavg)
# Not into a pipe: its servers would be children of a subshell, and outlive us.
if [ -n "$own" ]; then
    bash "$own" "${arguments[@]}" >"$work/table" &
    pids+=($!)
    wait $! || exit
    pids=()
else
    "run_$name" >"$work/table"
fi
cat "$work/table"
if [ -n "$record" ]; then
    {
        printf '\n## %s, %s\n\n' "$name" "$(date -u +%Y-%m-%d)"
        machine
        echo
        cat "$work/table"
    } >>"$here/RESULTS.md"
    echo "Recorded in benchmarks/RESULTS.md"
fi
