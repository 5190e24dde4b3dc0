#!/usr/bin/env bash
# Installs the real peers that the tests need, builds, and runs every test: the README's command and
# what CI runs. Arguments go to Maven, such as -Plong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# command:package, on Debian
peers="curl:curl nginx:nginx haproxy:haproxy caddy:caddy timeout:coreutils awk:mawk jq:jq node:nodejs python3:python3 chromium:chromium ip:iproute2 nft:nftables ab:apache2-utils wrk:wrk unshare:util-linux slowhttptest:slowhttptest"

# Debian keeps servers out of the ordinary user's path.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

missing=
for peer in $peers; do
    command -v "${peer%%:*}" >/dev/null || missing+=" ${peer##*:}"
done

install_missing() {
    policy=/usr/sbin/policy-rc.d # not local: the trap needs it
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "The tests need peers that are not installed:$missing" >&2
        echo "Install them (on Debian: apt-get install$missing) or run this as root." >&2
        exit 1
    fi
    # Servers are started by the tests, on ports of their own, and not by their packages.
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    local log
    log=$(mktemp)
    echo "Installing$missing"
    # shellcheck disable=SC2086 # a list of words
    if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends $missing; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}
# In a subshell, so that its trap runs when it is done.
[ -z "$missing" ] || (install_missing)

for tool in java mvn; do
    command -v "$tool" >/dev/null || {
        echo "$tool: not found (expected: a JDK >= 17 and Maven >= 3.8 on the PATH)" >&2
        exit 1
    }
done

# release JAVA: its feature version, such as 17
release() {
    "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p'
}

# Two modules at once, where neither needs the other; the races of the long run take all processors.
modules=2
[[ " $* " != *" -Plong "* ]] || modules=1
mvn -B -ntp -T "$modules" verify "$@"

current=$(release "${JAVA_HOME:+$JAVA_HOME/bin/}java")
newest=$current
newest_home=
for home in /usr/lib/jvm/*/; do
    [ -x "$home/bin/javac" ] || continue
    version=$(release "$home/bin/java")
    if [[ $version =~ ^[0-9]+$ ]] && [ "$version" -gt "$newest" ]; then
        newest=$version
        newest_home=${home%/}
    fi
done
if [ -n "$newest_home" ]; then
    echo "The unit tests once more, on JDK $newest:"
    again=jetty-dropguard/core,jetty-dropguard/servlet
    if [[ " $* " == *" -Plong "* ]]; then
        again+=,jetty-dropguard/spring-boot # there is time for it
    else # what is random had its full length above
        set -- -Dlog.fuzz-seconds=5 -Ddropguard.fuzz.streams=3000 -Ddropguard.mixed.requests=20000 "$@"
    fi
    mvn -B -ntp test -Dtest.java.home="$newest_home" -pl "$again" -am "$@"
else
    echo "No JDK newer than $current under /usr/lib/jvm: the tests ran on that one alone."
fi
