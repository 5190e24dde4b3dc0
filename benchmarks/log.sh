#!/usr/bin/env bash
# What the exchange log costs beside no log and beside Logbook 4: benchmarks/log.sh [ROUNDS [SECONDS]]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$root/benchmarks/target/benchmarks.jar
mvn -B -ntp -q -f "$root/pom.xml" -pl benchmarks -am -DskipTests package >&2
# A fixed heap, so that its growth is not measured; the log's own output goes nowhere.
exec java -Xms512m -Xmx512m -Dorg.eclipse.jetty.LEVEL=WARN -cp "$jar" \
    io.dropguard.benchmarks.log.LogBenchmark "$@"
