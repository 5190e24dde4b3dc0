[description]
When the client goes away, the work stops: guards every connector of the server.
Servlets of ee10 and ee11 find io.dropguard.servlet without a copy of their own.

[tags]
server
connector

[depend]
server
dropguard/ee10
dropguard/ee11

[lib]
lib/dropguard/jetty-dropguard-@project.version@.jar
lib/dropguard/jetty-dropguard-home-@project.version@.jar
lib/dropguard/jackson-core-@jackson.version@.jar

[xml]
etc/dropguard.xml

[ini]
# Web applications share the server's DropGuard, and bring their own Jackson.
jetty.webapp.addProtectedClasses+=,io.dropguard.
jetty.webapp.addHiddenClasses+=,tools.jackson.

[ini-template]
## What a FIN means while a request is computed: probe asks the client whether it still listens,
## loss takes every FIN for the end, ignore waits for a reset or a failed write. A client that has
## only half-closed gets no answer under loss.
## Values: probe, loss, ignore. Default: probe. Example: loss
# dropguard.half-close=probe

## How long a request lives before its connection is watched. Shorter requests pay nothing; losses
## are seen so much later, and on a busy server up to half as much again.
## Values: a time, 0 to 1 minute. Default: 5ms. Example: 50ms
# dropguard.watch-delay=5ms

## How much may be read beyond a request to find a close behind it. It costs that much memory for
## each connection whose client sends ahead.
## Values: bytes, 1 to 16 MiB. Default: 16KiB. Example: 64KiB
# dropguard.read-ahead=16KiB

## How long a client may be silent, with nothing in flight, before TCP asks whether it is there.
## Sooner costs a packet each time, and wakes phones.
## Values: whole seconds, 1s to 32767s; 0s leaves it as the connector has it. Default: 10s. Example: 30s
# dropguard.keepalive-idle=10s

## How long TCP waits for an answer before it asks again. Longer finds a vanished client later.
## Values: whole seconds, 1s to 32767s. Default: 5s. Example: 10s
# dropguard.keepalive-interval=5s

## How many such questions may stay unanswered before the client is lost. Fewer takes a bad line
## for a vanished client.
## Values: 1 to 127. Default: 3. Example: 5
# dropguard.keepalive-count=3

## How long bytes may stay unacknowledged before the client is lost. On Linux, with JNA. Where the
## kernel view does not run, a live client that does not read for so long is ended as well.
## Values: a time, up to a day; 0s leaves it to the kernel. Default: 25s. Example: 60s
# dropguard.tcp-user-timeout=25s

## How often the kernel is asked how all connections fare. On Linux, with JNA. It costs about 4 ms
## of the kernel for 4,000 connections each time; nothing while nobody waits so long.
## Values: a time, 100ms to a day; 0s never. Default: 1s. Example: 5s
# dropguard.kernel-view-interval=1s

## How long a client of HTTP/2 may be silent before it is sent a PING, while requests are computed.
## Too often, and some clients close the connection.
## Values: a time, at least 100ms; 0s never. Default: 10s. Example: 30s
# dropguard.http2-ping-interval=10s

## How long a PING may stay unanswered before the client is lost. Too short takes a client that is
## busy for one that has vanished.
## Values: a time, at least 100ms. Default: 10s. Example: 20s
# dropguard.http2-ping-timeout=10s

## Whether connections begin with immediate acknowledgements. On Linux. It costs more packets, and
## lasts only until the kernel delays them again.
## Values: true, false. Default: false. Example: true
# dropguard.tcp-quick-ack=false

## Whether several processes may listen on the same port, such as an old and a new one. A second
## server that was started by mistake goes unnoticed.
## Values: true, false. Default: false. Example: true
# dropguard.reuse-port=false

## Whether the thread that handles a lost request is interrupted. Some code takes an interrupt
## badly, such as old JDBC drivers.
## Values: true, false. Default: true. Example: false
# dropguard.interrupt=true

## Who is served next when requests wait for threads. Under lasting overload newest-first serves
## those who have not given up, and starves the oldest.
## Values: fifo, newest-first. Default: fifo. Example: newest-first
# dropguard.queue-order=fifo

## How long at most a connection is drained before it is closed, so that an early answer arrives. A
## draining connection holds a socket, and no thread.
## Values: a time; 0s closes at once. Default: 30s. Example: 10s
# dropguard.lingering-time=30s

## How long a client that is drained may be silent before its connection is closed. Too short, and
## a slow client loses its answer.
## Values: a time. Default: 5s. Example: 2s
# dropguard.lingering-timeout=5s

## How much at most is read and dropped from one connection before it is closed. It bounds what a
## client can make the server read for nothing.
## Values: bytes. Default: 1GiB. Example: 10MiB
# dropguard.lingering-bytes=1GiB

## How many connections are drained at once; when there are more, the oldest are closed. It bounds
## the sockets that draining holds.
## Values: a count. Default: 1000. Example: 100
# dropguard.lingering-connections=1000

## Keeps an idle connection longer than the proxy in front does, so that the proxy closes first and
## no request meets the close. Idle connections live that much longer.
## Values: none, nginx, haproxy, caddy, envoy, aws-alb, or the time for which yours keeps idle connections. Default: none. Example: nginx
# dropguard.behind-proxy=none

## Whether answers say in Keep-Alive: timeout how long the connection is kept, so that clients do
## not use it later.
## Values: true, false. Default: true. Example: false
# dropguard.keep-alive-header=true

## How much longer an idle connection is kept than answers say, or than the proxy keeps it.
## Values: a time. Default: 2s. Example: 5s
# dropguard.keep-alive-timeout-margin=2s

## How long a client is listened to when its idle connection was shut down. A request that comes
## then is a lost race: counted, and told with its cure. Such connections count as lingering ones.
## Values: a time; 0s closes as Jetty does. Default: 2s. Example: 5s
# dropguard.idle-grace=2s

## After how many requests a connection ends, with an answer that says so. A new connection costs a
## round trip, or several under TLS.
## Values: a count; 0: any number. Default: 0. Example: 1000
# dropguard.max-requests=0

## After which a connection ends with its next answer, which says so. Ages differ by up to a tenth,
## so that connections do not end together.
## Values: a time, or none. Default: none. Example: 10m
# dropguard.max-age=none

## How long exchanges in flight have to end when the server stops, before they are cancelled.
## Values: a time; none: the server's stop timeout, less 2 s. Default: none. Example: 20s
# dropguard.drain-timeout=none

## How long a server that stops goes on as ever, but for saying that it is not ready: until load
## balancers have noticed. Every stop takes that much longer.
## Values: a time. Default: 0s. Example: 5s
# dropguard.pre-stop-delay=0s

## How long a TLS handshake may take before the connection is stuck. A slow network takes its time
## too.
## Values: a time, or none. Default: none. Example: 10s
# dropguard.stuck-handshaking=none

## How long a connection may be without a request before it is stuck. Clients whose connection is
## shut down meanwhile lose a request now and then.
## Values: a time, or none. Default: none. Example: 1m
# dropguard.stuck-idle=none

## How long a request's head may take in all, however steadily its bytes come.
## Values: a time, or none. Default: none. Example: 40s
# dropguard.stuck-reading-headers=none

## How long the application may wait for the next bytes of a request's body. It begins anew with
## each that come, so set min-rate-request-body too.
## Values: a time, or none. Default: none. Example: 30s
# dropguard.stuck-reading-body=none

## How long the application may compute, or wait for others than its client. Long polling does so
## too.
## Values: a time, or none. Default: none. Example: 5m
# dropguard.stuck-computing=none

## How long the socket may leave one write unfinished, because the client does not read. A large
## download may be one write.
## Values: a time, or none. Default: none. Example: 1m
# dropguard.stuck-writing=none

## How long a connection may be drained before it is stuck. lingering-time ends it anyhow.
## Values: a time, or none. Default: none. Example: 10s
# dropguard.stuck-lingering=none

## What is done about a connection that is stuck besides telling of it. shutdown answers an
## unfinished head with 408, cancels the work and shuts the socket down.
## Values: log, shutdown. Default: log. Example: shutdown
# dropguard.stuck-action=log

## What is done about a connection that is stuck in handshaking.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-handshaking=

## What is done about a connection that is stuck in idle.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-idle=

## What is done about a connection that is stuck in reading-headers.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-reading-headers=

## What is done about a connection that is stuck in reading-body.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-reading-body=

## What is done about a connection that is stuck in computing.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-computing=

## What is done about a connection that is stuck in writing.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-writing=

## What is done about a connection that is stuck in lingering.
## Values: log, shutdown; unset: stuck-action. Example: shutdown
# dropguard.stuck-action-lingering=

## How long after it entered its phase the work of a connection that was shut down is interrupted,
## if it goes on. Some code takes an interrupt badly.
## Values: a time, or none. Default: none. Example: 2m
# dropguard.stuck-interrupt=none

## How fast a request's head must come while it is waited for. A client that is slower by more than
## min-rate-grace is stuck.
## Values: bytes a second, or none. Default: none. Example: 500
# dropguard.min-rate-headers=none

## How fast a request's body must come while the application waits for it.
## Values: bytes a second, or none. Default: none. Example: 500
# dropguard.min-rate-request-body=none

## How fast the client must take a response while the socket is full of it.
## Values: bytes a second, or none. Default: none. Example: 500
# dropguard.min-rate-response-body=none

## How far a client may be behind its rate. What it sent fast before pays for no more than that.
## Values: a time. Default: 20s. Example: 10s
# dropguard.min-rate-grace=20s

## What a client is sent while it waits: auto sends what the content type allows, and fixes status
## and headers with the first; interim sends 102 Processing, which some clients do not bear.
## Values: none, auto, interim. Default: none. Example: auto
# dropguard.heartbeat=none

## When the first heartbeat is sent. Before it status and headers are free.
## Values: a time from the request's arrival; unset: the interval. Example: 2s
# dropguard.heartbeat-first-delay=

## From one heartbeat to the next. It must be shorter than what the proxies on the way wait.
## Values: a time, at least 10 ms. Default: 10s. Example: 5s
# dropguard.heartbeat-interval=10s

## The content type of responses that have none at the first heartbeat.
## Values: a type that allows heartbeats; unset: only what the application has set counts. Example: application/json
# dropguard.heartbeat-content-type=

## The status that the first heartbeat commits.
## Values: 200 to 599; unset: what the application has set, or 200. Example: 202
# dropguard.heartbeat-status=

## Whether XML gets a space before it. Only where no XML declaration follows.
## Values: true, false. Default: false. Example: true
# dropguard.heartbeat-xml=false

## When a response must be complete. Then the guard answers, or breaks off what has begun, and the
## work is stopped.
## Values: a time from the request's arrival, or none. Default: none. Example: 2m
# dropguard.response-deadline=none

## What is answered at the deadline, if nothing has been yet.
## Values: 500 to 599. Default: 503. Example: 504
# dropguard.response-deadline-status=503

## In which callers tell how long they will wait. They can only shorten a deadline.
## Values: names of request headers, with commas. Example: X-Envoy-Expected-Rq-Timeout-Ms
# dropguard.response-deadline-headers=
