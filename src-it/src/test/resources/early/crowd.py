"""crowd.py PORT CLIENTS: uploads that are answered early, by clients that never close.

Prints how many there are after each hundred, and holds them until its input ends.
"""
import socket
import sys

port, clients = int(sys.argv[1]), int(sys.argv[2])
head = b"POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n"
body = bytes(100_000)
held = []
for number in range(1, clients + 1):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(head)
    try:
        client.sendall(body)
    except OSError:
        sys.exit("reset while it sent")
    if client.recv(12) != b"HTTP/1.1 405":
        sys.exit("not answered")
    held.append(client)
    if number % 100 == 0:
        print(number, flush=True)
sys.stdin.read()
