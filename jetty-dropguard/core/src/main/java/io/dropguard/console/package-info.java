/**
 * A page that shows live connections, and what is told of them as JSON and as text. Depends on the
 * JDK, Jetty's server, Jackson, {@link io.dropguard.cancel}, {@link io.dropguard.connector}, {@link
 * io.dropguard.exchange} and {@link io.dropguard.monitor}.
 */
@NullMarked
package io.dropguard.console;

import org.jspecify.annotations.NullMarked;
