/**
 * Stopping what others do for work that is in vain, and telling them how long there is. Depends on
 * {@link io.dropguard.cancel} and the JDK; {@link io.dropguard.downstream.JettyCalls} alone on
 * Jetty's client, which is optional.
 */
@NullMarked
package io.dropguard.downstream;

import org.jspecify.annotations.NullMarked;
