[description]
Logs how every exchange really ended, as JSON, one line each.

[tags]
logging

[depend]
dropguard

[files]
logs/

[ini]
dropguard.log?=file
dropguard.log-file?=${jetty.base}/logs/exchange.log

[ini-template]
## Where the exchange log goes. slf4j writes the line as the message of the logger
## io.dropguard.log.exchange, level INFO; slf4j-key-values gives its fields to the encoder as
## key-value pairs. With off the other log options have no effect.
## Values: off, stdout, slf4j, slf4j-key-values, file. Default: off. Example: file
# dropguard.log=off

## The file of the log. Rolled files stand beside it: exchange-2026-01-31.1.log.gz.
## Values: a path. Default: exchange.log. Example: logs/exchange.log
# dropguard.log-file=exchange.log

## The file is rolled before it grows beyond this, and at midnight. What waits in the queue is
## written in one go and into one file.
## Values: bytes. Default: 100MiB. Example: 1GiB
# dropguard.log-file-size=100MiB

## How many rolled files are kept.
## Values: a count. Default: 14. Example: 30
# dropguard.log-file-keep=14

## Whether rolled files are compressed with gzip.
## Values: true, false. Default: true. Example: false
# dropguard.log-file-compress=true

## The most bytes that wait to be written to the file. More memory rides out longer stalls of the
## disk.
## Values: bytes. Default: 1MiB. Example: 4MiB
# dropguard.log-queue=1MiB

## What happens when the queue is full: the exchange waits, or its record is dropped. Drops are
## counted, and said by a line dropguard.log.dropped in the file as soon as there is room.
## Values: block, drop-and-count. Default: block. Example: drop-and-count
# dropguard.log-overflow=block

## How fields are called: OpenTelemetry's names or Elastic Common Schema's.
## Values: otel, ecs. Default: otel. Example: ecs
# dropguard.log-format=otel

## Whether an exchange leaves a record when it starts too. Twice the lines; after a crash they tell
## what was in flight.
## Values: true, false. Default: false. Example: true
# dropguard.log-started=false

## The share of completed exchanges that leave a record. All others do, and so do answers with a
## 5xx status. It is decided by the id, so both records of an exchange are kept or neither; one that
## is not kept and then fails leaves its last record only.
## Values: 0 to 1. Default: 1. Example: 0.1
# dropguard.log-sample=1

## Which bodies are told. All others are told by their size. They cost memory up to log-body-limit
## for each exchange.
## Values: none, or some of json,form,text. Default: none. Example: json,form
# dropguard.log-bodies=none

## The most that is captured of one body. What is beyond is counted and never held in memory.
## Values: bytes. Default: 32KiB. Example: 4KiB
# dropguard.log-body-limit=32KiB

## Whether bodies in gzip and deflate are unpacked, up to the limit. It costs time.
## Values: true, false. Default: false. Example: true
# dropguard.log-decompress=false

## Headers whose values are shown, besides the usual harmless ones. Of all others only the name is.
## Cookie, Set-Cookie and Authorization are hidden unless named here.
## Values: names, with commas. Example: X-Tenant
# dropguard.log-headers=

## More names to hide. They apply to headers, query and path parameters, form fields and JSON
## properties, without regard to case and punctuation. Passwords, tokens, keys, sessions, card
## numbers and the like are hidden anyway.
## Values: names, with commas. Example: customer-number
# dropguard.log-redact=

## JSON properties to hide, by their path from the root; * stands for any one name, array indexes
## are left out.
## Values: paths, with commas. Example: user.address.zip
# dropguard.log-redact-paths=
