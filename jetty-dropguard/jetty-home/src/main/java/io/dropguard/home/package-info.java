/** DropGuard in standalone Jetty. Depends on the core and Jetty's XML configuration. */
@NullMarked
package io.dropguard.home;

import org.jspecify.annotations.NullMarked;
