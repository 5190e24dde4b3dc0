#!/usr/bin/env bash
# Replaces a server, again and again, while clients use it; fails if one of them notices.
#
#   run.sh share|inherit|caddy [replacements]
#
# share     the new server listens beside the old one (SO_REUSEPORT), then has it drain
# inherit   both have the listening socket from whoever started them, so it is never closed
# caddy     the old one ends before the new one starts; a proxy has its clients wait meanwhile
#
# PORT is the clients' port (8080), UPSTREAM the server's behind Caddy (PORT + 1). Needs ab, wrk,
# python3 for inherit, and caddy; and ../target/scenarios.jar, or the classes in CLASSPATH.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
how=${1:?share, inherit or caddy}
replacements=${2:-5}
port=${PORT:-8080}
upstream=$port
[ "$how" != caddy ] || upstream=${UPSTREAM:-$((port + 1))}

# From here on the listening socket is standard input.
if [ "$how" = inherit ] && [ -z "${INHERITED:-}" ]; then
    INHERITED=1 exec python3 "$here/listen.py" "$port" bash "$here/run.sh" "$@"
fi

migrate=/proc/sys/net/ipv4/tcp_migrate_req
if [ "$how" = share ] && [ "$(cat $migrate 2>/dev/null)" != 1 ]; then
    echo "$migrate is not 1: what the old server has not accepted when it closes may be lost"
fi

directory=$(mktemp -d)
children=()
cleanup() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$directory"
}
trap cleanup EXIT

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classpath=${CLASSPATH:-$here/../target/scenarios.jar}
server=

# The new server is told the old one's process id, and has it drain once it serves itself.
start() {
    local log=$directory/server-$1.log
    : >"$log"
    "$java" -Xmx64m -cp "$classpath" io.dropguard.samples.scenarios.RollingRestart \
        "$upstream" "$how" ${server:+$server} <&0 >"$log" 2>&1 &
    local started=$!
    children+=("$started")
    until grep -q '^serving' "$log"; do
        kill -0 "$started" 2>/dev/null || { cat "$log" >&2; exit 1; }
        sleep 0.05
    done
    server=$started
}

start 0
if [ "$how" = caddy ]; then
    PORT=$port UPSTREAM=$upstream HOME=$directory \
        caddy run --adapter caddyfile --config "$here/Caddyfile" </dev/null >"$directory/caddy.log" 2>&1 &
    children+=($!)
fi
url=http://127.0.0.1:$port/hello
for _ in $(seq 200); do
    curl -fs "$url" >/dev/null </dev/null && break
    sleep 0.05
done

# Three clients at once: the seeds' own, one that keeps its connections and one that does not.
(
    while [ ! -e "$directory/over" ]; do
        ab -q -s 60 -n 100 -c 10 "$url" >"$directory/ab" 2>&1 </dev/null && grep -Eq '^Failed requests: +0$' "$directory/ab" \
            && ! grep -q '^Non-2xx' "$directory/ab" || { cp "$directory/ab" "$directory/ab-failed"; exit 1; }
        echo 100 >>"$directory/ab-served"
    done
) &
ab=$!
wrk -t 1 -c 5 -d 1h --timeout 60s "$url" >"$directory/wrk-kept" 2>&1 </dev/null &
kept=$!
wrk -t 1 -c 5 -d 1h --timeout 60s -H 'Connection: close' "$url" >"$directory/wrk-closed" 2>&1 </dev/null &
closed=$!
children+=("$ab" "$kept" "$closed")

for i in $(seq "$replacements"); do
    old=$server
    if [ "$how" = caddy ]; then
        kill "$old"
        wait "$old" || true
        server= # there is none
    fi
    start "$i"
    wait "$old" || true
    sleep "${PAUSE:-0.5}"
done

touch "$directory/over"
kill -INT "$kept" "$closed" # has wrk report what it has so far
status=0
wait "$ab" || status=1
wait "$kept" "$closed" || true
for client in wrk-kept wrk-closed; do
    grep -q 'requests in' "$directory/$client" || status=1
    ! grep -E 'Socket errors|Non-2xx' "$directory/$client" >"$directory/$client-failed" || status=1
    printf '%s:%s\n' "$client" "$(grep -E 'requests in' "$directory/$client")"
done
printf 'ab:  %s requests\n' "$(awk '{ sum += $1 } END { print sum + 0 }' "$directory/ab-served")"
if [ "$status" != 0 ]; then
    echo "FAILED: $how lost requests"
    cat "$directory"/*-failed
    exit 1
fi
echo "$how: replaced $replacements times, no request lost"
