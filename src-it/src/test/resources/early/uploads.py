"""uploads.py SIZE TIMES URL...: how many uploads to each URL were not answered wholly."""
import ssl
import sys
import urllib.error
import urllib.request

size, times = int(sys.argv[1]), int(sys.argv[2])
trusting = ssl._create_unverified_context()
body = bytes(size)


def upload(url):
    request = urllib.request.Request(url, data=body, method="POST")
    try:
        urllib.request.urlopen(request, context=trusting, timeout=60)
        return "answered with success"
    except urllib.error.HTTPError as answer:
        expected = int(answer.headers["Content-Length"])
        return "" if 0 < len(answer.read()) == expected else "cut off"
    except OSError as error:
        return repr(error)


for url in sys.argv[3:]:
    results = [upload(url) for _ in range(times)]
    failed = [result for result in results if result]
    print(url, len(failed), failed[0] if failed else "", flush=True)
