[description]
DropGuard for the servlets of ee10. Without ee10 it does nothing.

[environment]
ee10

[tags]
internal

[lib]
lib/dropguard/jetty-dropguard-servlet-@project.version@.jar
