/**
 * The guard's figures for those who watch servers with tools: JMX, Jetty's dump, Flight Recorder
 * and Micrometer. Depends on the JDK, Jetty's util, {@link io.dropguard.cancel}, {@link
 * io.dropguard.exchange} and {@link io.dropguard.monitor}; {@link DropGuardMetrics} on Micrometer,
 * too, which is optional.
 */
@NullMarked
package io.dropguard.management;

import org.jspecify.annotations.NullMarked;
