#!/usr/bin/env bash
# How late heartbeats are while many exchanges wait, and what they cost.
# Usage: benchmarks/heartbeats.sh [HTTP1-CONNECTIONS [HTTP2-STREAMS [SECONDS]]]
# Options for both JVMs: JAVA_OPTIONS. Each process holds a descriptor for every connection.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
http1=${1:-10000} http2=${2:-10000} seconds=${3:-30}

needed=$((http1 + http2 / 100 + 200))
ulimit -n "$(ulimit -H -n)"
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt "$needed" ]; then
    echo "ulimit -n: $(ulimit -n) (expected: >= $needed)" >&2
    exit 1
fi

work=$(mktemp -d)
server=
clean_up() {
    trap - EXIT
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mvn -B -ntp -q -f "$root/pom.xml" -pl benchmarks -am -DskipTests package >"$work/build" 2>&1 ||
    { cat "$work/build" >&2; exit 1; }
jar=$root/benchmarks/target/benchmarks.jar
package=io.dropguard.benchmarks.waiting

# shellcheck disable=SC2086 # options are words
java ${JAVA_OPTIONS:-} -Xms1g -Xmx3g -XX:+UseG1GC -cp "$jar" $package.WaitingServer \
    >"$work/port" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
    [ ! -s "$work/port" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
echo "$(nproc) cores, load average at the start: $(cut -d' ' -f1-3 /proc/loadavg)"
# shellcheck disable=SC2086
java ${JAVA_OPTIONS:-} -Xms512m -Xmx2g -XX:+UseG1GC -cp "$jar" $package.WaitingClient \
    "$(cat "$work/port")" "$http1" "$http2" "$seconds" || { tail -20 "$work/log" >&2; exit 1; }
