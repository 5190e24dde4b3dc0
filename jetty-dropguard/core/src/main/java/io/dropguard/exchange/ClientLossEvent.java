package io.dropguard.exchange;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** Recorded once for each lost client. Confined to the thread that noticed. */
@Name("io.dropguard.ClientLoss")
@Label("Client Loss")
@Description("A client left before it had its answer")
@Category("DropGuard")
@StackTrace(false)
final class ClientLossEvent extends Event {
    @Label("Signal")
    @Description("How its leaving showed")
    @Nullable String signal;

    @Label("After")
    @Description("From the request's arrival to the noticing")
    @Timespan
    long after;

    @Label("Method")
    @Nullable String method;

    @Label("Path")
    @Nullable String path;

    @Label("Remote Address")
    @Nullable String remote;
}
