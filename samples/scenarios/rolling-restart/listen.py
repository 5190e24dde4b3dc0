#!/usr/bin/env python3
"""Listens on a port of the loopback interface, and then becomes the command that follows, which has
the listening socket as its standard input: what inetd calls "wait", and what systemd does with
Accept=no and StandardInput=socket.

    listen.py PORT COMMAND...
"""
import os
import socket
import sys

listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(("127.0.0.1", int(sys.argv[1])))
listening.listen(1024)
os.dup2(listening.fileno(), 0)  # dup2 has it inherited
os.execvp(sys.argv[2], sys.argv[2:])
