/** A web application for a standalone, guarded Jetty. */
@NullMarked
package io.dropguard.samples.webapp;

import org.jspecify.annotations.NullMarked;
