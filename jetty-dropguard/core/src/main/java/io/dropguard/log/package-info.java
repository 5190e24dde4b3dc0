/**
 * What became of every exchange, as JSON. Depends on Jetty's core, SLF4J, Jackson's streaming core,
 * {@link io.dropguard.cancel} and {@link io.dropguard.exchange}; nothing there depends on it.
 */
@NullMarked
package io.dropguard.log;

import org.jspecify.annotations.NullMarked;
