[description]
Shows live connections at /dropguard/, to this machine only unless told otherwise.

[tags]
monitor

[depend]
dropguard

[ini]
dropguard.console?=true

[ini-template]
## Whether there is a page with live connections. It has a thread of its own, which looks at all
## connections once a second.
## Values: true, false. Default: false. Example: true
# dropguard.console=false

## Where the page is. It is served before any application sees the path.
## Values: a path that begins and ends with a slash. Default: /dropguard/. Example: /admin/connections/
# dropguard.console-path=/dropguard/

## From which addresses the page may be seen. Behind a proxy on the same machine everybody comes
## from loopback.
## Values: loopback, any, addresses and networks, with commas. Default: loopback. Example: loopback,10.0.0.0/8
# dropguard.console-addresses=loopback

## Names under which the page may be asked for, besides addresses and localhost. Under a name that
## is not listed another site may have pointed a browser here.
## Values: names, with commas. Example: ops.example.com
# dropguard.console-hosts=

## What requests for data must bear: Authorization: Bearer. It is what keeps others out who are on
## the same machine or network. Without TLS it can be overheard.
## Values: 16 characters or more of A-Z a-z 0-9 . _ ~ + / -. Example: correct-horse-battery-staple
# dropguard.console-token=
