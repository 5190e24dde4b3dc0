# curl.sh SIZE TIMES URL...: how many uploads to each URL were not answered wholly
size=$1 times=$2
shift 2
file=$(mktemp)
trap 'rm -f "$file"' EXIT
head -c "$size" /dev/zero >"$file"
for url in "$@"; do
    failed=0 first=
    for ((i = 0; i < times; i++)); do
        # without "Expect: 100-continue", which would have it wait for the answer
        if ! error=$(curl -sSk --http1.1 -m 60 -H Expect: -X POST -T "$file" -o /dev/null "$url" 2>&1); then
            failed=$((failed + 1))
            first=${first:-$error}
        fi
    done
    echo "$url $failed $first"
done
