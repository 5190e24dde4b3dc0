/**
 * Bytes that keep a waiting client's line alive without harming the message. Depends on Jetty's
 * HTTP types only.
 */
@NullMarked
package io.dropguard.heartbeat;

import org.jspecify.annotations.NullMarked;
