[description]
Finds clients that vanish while bytes are in flight, and tells them from those that do not read.
Has Linux asked through JNA, which Jetty's own module downloads.

[tags]
connector

[depend]
dropguard
jna
