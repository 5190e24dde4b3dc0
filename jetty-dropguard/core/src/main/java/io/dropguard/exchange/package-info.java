/**
 * One request and its response: who computes it, who must hear that it is in vain. Depends on
 * Jetty's core, {@link io.dropguard.cancel} and {@link io.dropguard.connector}.
 */
@NullMarked
package io.dropguard.exchange;

import org.jspecify.annotations.NullMarked;
