#!/usr/bin/env bash
# What the auto-configuration adds to the start of the Spring Boot sample: benchmarks/boot-start.sh [PAIRS]
# Starts it with and without DropGuard's auto-configuration, in turns (ABBA), all options at their defaults,
# and prints two tables: whole processes, and contexts in one JVM as an application's tests start them.
# The processor's time is of the main thread, which does the starting, and of the whole process, compilers and
# collectors included. Linux only: it is read from /proc.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
pairs=${1:-10}
[[ $pairs =~ ^[1-9][0-9]*$ ]] || { echo "$pairs (expected: how many pairs, >= 1)" >&2; exit 2; }
[ -n "${SKIP_BUILD:-}" ] ||
    mvn -B -ntp -q -f "$root/pom.xml" -pl samples/spring-boot -am -Dmaven.test.skip=true package >&2

package=io.dropguard.spring.autoconfigure
without=--spring.autoconfigure.exclude=$package.DropGuardAutoConfiguration,$package.DropGuardMvcAutoConfiguration,$package.DropGuardActuatorAutoConfiguration
options=(--server.port=0 --spring.sql.init.mode=never)
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# as plain jars, as tests and containers have it
java -Djarmode=tools -jar "$root/samples/spring-boot/target/shop.jar" extract --destination "$work/shop" >"$work/out"

# start OPTION...: Boot's time from main(), its time from the process's start, the main thread's processor
# time and the process's, in ms
start() {
    local out=$work/out
    : >"$out" # before the other process does: what is found in it is not to be the last start's
    java -Xms256m -Xmx256m -jar "$work/shop/shop.jar" "${options[@]}" "$@" >"$out" 2>&1 &
    pid=$!
    for ((waited = 0; ; waited++)); do
        ! grep -q 'Started Shop in' "$out" || break
        ((waited < 1200)) && kill -0 "$pid" 2>/dev/null || { cat "$out" >&2; exit 1; }
        sleep 0.1
    done
    {
        sed -n 's/.*Started Shop in \([0-9.]*\) seconds (process running for \([0-9.]*\)).*/\1 \2/p' "$out"
        main_thread "$pid"
        cat "/proc/$pid/task/"*/schedstat | awk '{ ns += $1 } END { printf "%.0f\n", ns }'
    } | tr '\n' ' ' | awk '{ printf "%.0f %.0f %.0f %.0f\n", $1 * 1000, $2 * 1000, $3 / 1e6, $4 / 1e6 }' >"$work/row"
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
}

# main_thread PID: its processor time in ns. Of the launcher's two threads of that name it is the one that works.
main_thread() {
    local task
    for task in "/proc/$1/task/"*; do
        case $(cat "$task/comm") in java | main | DestroyJavaVM) cut -d' ' -f1 "$task/schedstat" ;; esac
    done | sort -n | tail -1
}

# row MEASURE COLUMN: medians and spreads of that column, and of what each pair differs by
row() {
    paste -d' ' "$work/bare" "$work/guarded" | awk -v c="$2" '{ print $c, $(c + 4), $(c + 4) - $c }' >"$work/column"
    echo "| $1 | $(spread 1) | $(spread 2) | $(spread 3) |"
}
spread() {
    cut -d' ' -f"$1" "$work/column" | sort -n | awk '
        { v[NR] = $1 }
        END {
            m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
            printf "%.0f (%.0f to %.0f)", m, v[1], v[NR]
        }'
}

echo "Load average: $(cut -d' ' -f1-3 /proc/loadavg). Medians (least to most) of $pairs pairs:"
for ((pair = 0; pair <= pairs; pair++)); do # pair 0 brings the files into memory
    if ((pair % 2)); then order=(bare guarded); else order=(guarded bare); fi
    for variant in "${order[@]}"; do
        if [ "$variant" = bare ]; then start "$without"; else start --dropguard.log=off; fi
        ((pair == 0)) || cat "$work/row" >>"$work/$variant"
    done
done
cat <<'TABLE'

| process, ms | without | with | more (goal: < 50) |
|---|--:|--:|--:|
TABLE
row "from main() to started" 1
row "from the process's start to started" 2
row "processor time of the main thread" 3
row "processor time of the process" 4

java -Xms512m -Xmx512m -cp "$work/shop/shop.jar:$work/shop/lib/*" "$here/boot/ContextStarts.java" \
    "$pairs" "$without" "${options[@]}" >"$work/contexts" 2>"$work/errors" ||
    { cat "$work/contexts" "$work/errors" >&2; exit 1; }
grep '^|' "$work/contexts"
