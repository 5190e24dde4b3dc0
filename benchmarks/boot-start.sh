#!/usr/bin/env bash
# What the auto-configuration adds to the start of the Spring Boot sample: benchmarks/boot-start.sh [PAIRS]
# Starts it with and without DropGuard in turns, by Boot's own clock, and prints a table.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pairs=${1:-10}
[[ $pairs =~ ^[1-9][0-9]*$ ]] || { echo "$pairs (expected: how many pairs, >= 1)" >&2; exit 2; }
shop=$root/samples/spring-boot/target/shop.jar
[ -n "${SKIP_BUILD:-}" ] || mvn -B -ntp -q -f "$root/pom.xml" -pl samples/spring-boot -am -DskipTests package

package=io.dropguard.spring.autoconfigure
without=--spring.autoconfigure.exclude=$package.DropGuardAutoConfiguration,$package.DropGuardMvcAutoConfiguration,$package.DropGuardActuatorAutoConfiguration
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT

# start OPTION...: milliseconds from main() to the running application
start() {
    local out=$work/out
    java -Xms256m -Xmx256m -jar "$shop" --server.port=0 --spring.sql.init.mode=never "$@" >"$out" 2>&1 &
    pid=$!
    until grep -q 'Started Shop in' "$out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$out" >&2; exit 1; }
        sleep 0.1
    done
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
    sed -n 's/.*Started Shop in \([0-9.]*\) seconds.*/\1/p' "$out" | awk '{ printf "%.0f\n", $1 * 1000 }'
}

start >/dev/null # so that the files are in memory
start "$without" >/dev/null
echo "| pair | without ms | with ms | more ms |"
echo "|--:|--:|--:|--:|"
for ((pair = 1; pair <= pairs; pair++)); do
    if ((pair % 2)); then
        bare=$(start "$without")
        guarded=$(start)
    else
        guarded=$(start)
        bare=$(start "$without")
    fi
    echo "| $pair | $bare | $guarded | $((guarded - bare)) |"
    echo "$bare" >>"$work/bare"
    echo "$guarded" >>"$work/guarded"
    echo $((guarded - bare)) >>"$work/more"
done
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
printf '\nmedians: without %s ms, with %s ms; of the differences %s ms (goal: < 50)\n' \
    "$(median "$work/bare")" "$(median "$work/guarded")" "$(median "$work/more")"
