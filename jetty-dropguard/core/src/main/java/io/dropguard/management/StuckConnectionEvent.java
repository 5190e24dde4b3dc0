package io.dropguard.management;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** Recorded for each report of a stuck connection. Confined to the thread that reports. */
@Name("io.dropguard.StuckConnection")
@Label("Stuck Connection")
@Description("A connection got stuck, still is, recovered or was ended")
@Category("DropGuard")
@StackTrace(false)
final class StuckConnectionEvent extends Event {
    @Label("Kind")
    @Nullable String kind;

    @Label("Connection")
    long connection;

    @Label("Phase")
    @Nullable String phase;

    @Label("Stuck For")
    @Timespan
    long stuckFor;

    @Label("Limit")
    @Nullable String limit;

    @Label("Remote Address")
    @Nullable String remote;

    @Label("Peer")
    @Description("How the other end fares, as far as the kernel can tell")
    @Nullable String peer;

    @Label("Method")
    @Nullable String method;

    @Label("Path")
    @Nullable String path;

    @Label("Stack")
    @Description("Of the thread that handles its request")
    @Nullable String stack;
}
