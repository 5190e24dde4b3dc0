#!/usr/bin/env bash
# Shows what DropGuard is for: drops real clients of a bare and of a guarded server, and tells how
# long each server kept computing. Then serves, until Ctrl-C; with --once it ends instead.
set -euo pipefail

usage="Usage: run.sh [--once] [--port N]
  --once     end after the table
  --port N   where the guarded server is served afterwards (default 8080; 0 picks one)"
once=
port=8080
while [ $# -gt 0 ]; do
    case $1 in
    --once) once=yes ;;
    --port)
        [ $# -gt 1 ] || { echo "--port: no value (expected: one after it)" >&2; exit 2; }
        port=$2
        shift
        ;;
    --help | -h) echo "$usage"; exit ;;
    *) printf '%s: unknown argument\n%s\n' "$1" "$usage" >&2; exit 2 ;;
    esac
    shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jar=$root/samples/quickstart/target/quickstart.jar
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

for tool in java curl timeout; do
    command -v "$tool" >/dev/null || { echo "$tool: not found (expected: on the PATH)" >&2; exit 1; }
done

sources_changed() {
    [ ! -f "$jar" ] || [ -n "$(find "$root/pom.xml" "$root/jetty-dropguard" "$root/samples/quickstart" \
        \( -name pom.xml -o -path '*/src/main/*' \) -type f -newer "$jar" -print -quit)" ]
}
if sources_changed; then
    echo "Building ..."
    if ! mvn -B -ntp -q -f "$root/pom.xml" -pl samples/quickstart -am -DskipTests package \
        >"$work/build" 2>&1; then
        cat "$work/build" >&2
        exit 1
    fi
fi

# start NAME OPTION...: starts a server whose output goes to $work/NAME
start() {
    java -jar "$jar" "${@:2}" >"$work/$1" 2>"$work/$1.errors" &
    pids+=($!)
}

# url NAME PID: where that server listens, once it does
url() {
    for _ in $(seq 300); do
        sed -n 's/^DropGuard quickstart.* \(http:[^ ]*\).*/\1/p' "$work/$1" | grep . && return
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1
    done
    echo "The $1 server did not start:" >&2
    cat "$work/$1.errors" >&2
    return 1
}

modes="block cpu async pool"
start bare --bare --port 0 --tls-port -1
start guarded --port 0 --tls-port -1
bare=$(url bare "${pids[0]}")
guarded=$(url guarded "${pids[1]}")
# What the JVM loads and compiles for its first request is not the subject.
for base in "$bare" "$guarded"; do
    for mode in $modes; do curl -fsS -o "$work/warm" "$base/compute?mode=$mode&ms=1"; done
    curl -fsS -o "$work/warm" "$base/stats"
done

# drop BASE MODE: a real client that gives up after a second; prints when it was gone, in µs
drop() {
    timeout 1 curl -sS -o /dev/null "$1/compute?mode=$2&ms=5000" || true
    local now
    now=$(date +%s%N)
    echo $((now / 1000))
}

echo "Eight clients ask for 5 seconds of work and give up after one:"
echo "  timeout 1 curl \"\$URL/compute?mode=block&ms=5000\"      (and cpu, async, pool)"
drops=()
for mode in $modes; do
    drop "$bare" "$mode" >"$work/left.bare.$mode" &
    drops+=($!)
    drop "$guarded" "$mode" >"$work/left.guarded.$mode" &
    drops+=($!)
done
wait "${drops[@]}"

# ended BASE MODE LEFT: when that computation ended, in µs; waits for it
ended() {
    local at
    for _ in $(seq 200); do
        at=$(curl -fsS "$1/stats" | grep -o "\"$2\":{[^}]*}" | sed 's/.*"epochMicros":\([0-9]*\).*/\1/')
        # a guarded server can stop before timeout(1) has returned, but not a second before
        if [ $((at - $3)) -gt -900000 ]; then
            echo "$at"
            return
        fi
        sleep 0.1
    done
    echo "mode $2: still computing (expected: ended within 5 s)" >&2
    return 1
}

# kept NAME BASE MODE: how long that server kept computing after its client had left
kept() {
    local left at
    left=$(cat "$work/left.$1.$3")
    at=$(ended "$2" "$3" "$left")
    awk -v us=$((at > left ? at - left : 0)) \
        'BEGIN { print us < 1000 ? "under 1 ms" : us < 1e6 ? int(us / 1000) " ms" : sprintf("%.1f s", us / 1e6) }'
}

echo
echo "After the client had left, the server kept computing for"
echo
printf '  %-8s %12s %12s\n' mode bare guarded
for mode in $modes; do
    of_guarded=$(kept guarded "$guarded" "$mode")
    of_bare=$(kept bare "$bare" "$mode")
    printf '  %-8s %12s %12s\n' "$mode" "$of_bare" "$of_guarded"
done
echo
if [ -n "$once" ]; then exit; fi

kill "${pids[@]}"
wait "${pids[@]}" 2>/dev/null || true
pids=()
start serving --port "$port" --tls-port -1
base=$(url serving "${pids[0]}")
echo "Serving the guarded one at $base until Ctrl-C. Try, and watch here:"
echo "  timeout 1 curl \"$base/compute?mode=block&ms=5000\""
tail -n +2 -f --pid="${pids[0]}" "$work/serving" &
pids+=($!)
wait "${pids[0]}"
