[description]
DropGuard for the servlets of ee11. Without ee11 it does nothing.

[environment]
ee11

[tags]
internal

[lib]
lib/dropguard/jetty-dropguard-servlet-@project.version@.jar
