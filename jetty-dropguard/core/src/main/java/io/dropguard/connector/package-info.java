/**
 * What the wire tells: the endpoint that keeps an eye on the client while its request is computed.
 * Depends on Jetty's core and on {@link io.dropguard.cancel}.
 */
@NullMarked
package io.dropguard.connector;

import org.jspecify.annotations.NullMarked;
