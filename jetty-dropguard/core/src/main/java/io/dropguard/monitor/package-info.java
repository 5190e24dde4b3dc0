/**
 * Which connections there are, what each is doing and for how long, and ending those that are
 * stuck. Depends on the JDK, {@link io.dropguard.cancel} and SLF4J: connectors and exchanges feed
 * it, and what shows it lives elsewhere.
 */
@NullMarked
package io.dropguard.monitor;

import org.jspecify.annotations.NullMarked;
