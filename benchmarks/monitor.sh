#!/usr/bin/env bash
# What it costs to know what every connection does, and to look for those that are stuck.
# Usage: benchmarks/monitor.sh [IDLE [ACTIVE [SECONDS]]]
# The server holds a descriptor for every connection, and so does each client: see ulimit -n.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
idle=${1:-10000} active=${2:-1000} seconds=${3:-30}

needed=$((idle + active + 200))
ulimit -n "$(ulimit -H -n)"
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt "$needed" ]; then
    echo "ulimit -n: $(ulimit -n) (expected: >= $needed)" >&2
    exit 1
fi
for tool in wrk curl; do
    command -v $tool >/dev/null ||
        { echo "$tool: not found (expected: on the PATH; on Debian: apt-get install $tool)" >&2; exit 1; }
done

work=$(mktemp -d)
pids=()
clean_up() {
    trap - EXIT
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mvn -B -ntp -q -f "$root/pom.xml" -pl benchmarks -am -DskipTests package >"$work/build" 2>&1 ||
    { cat "$work/build" >&2; exit 1; }
package=io.dropguard.benchmarks.monitor

# run NAME CLASS ARGUMENT...: starts it, and waits for its first line
run() {
    : >"$work/$1"
    java -Xms512m -Xmx1g -XX:+UseG1GC -cp "$root/benchmarks/target/benchmarks.jar" \
        "$package.$2" "${@:3}" >"$work/$1" 2>"$work/$1.errors" <"$work/open" &
    pids+=($!)
    for _ in $(seq 600); do
        [ ! -s "$work/$1" ] || return 0
        kill -0 "${pids[-1]}" 2>/dev/null || { cat "$work/$1.errors" >&2; return 1; }
        sleep 0.1
    done
    echo "$2: silent for a minute" >&2
    return 1
}

mkfifo "$work/open"
exec 3<>"$work/open" # and nobody writes: the clients wait for its end

load=$(cut -d' ' -f1-3 /proc/loadavg)
run server MonitoredServer
base=http://127.0.0.1:$(cat "$work/server")
run idle IdleClients "${base##*:}" "$idle"
wrk -t1 -c"$active" -d10s "$base/hello" >"$work/wrk" # warm
before=$(curl -sS "$base/reset")
wrk -t1 -c"$active" -d"$((seconds + 5))s" "$base/hello" >"$work/wrk" &
wrk=$!
pids+=($wrk)
sleep "$seconds"
echo "$(nproc) cores, load average at the start: $load; $idle idle and $active active connections"
echo
echo "| | |"
echo "|---|--:|"
curl -sS --max-time 60 "$base/figures"
echo "| connections before the active ones came (expected: $((idle + 1)), with this question's own) | $before |"
wait $wrk
echo "| wrk's socket errors | $(sed -n 's/^ *Socket errors: //p' "$work/wrk" | grep . || echo none) |"
