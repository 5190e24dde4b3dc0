package io.dropguard.exchange;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** Recorded once for each deadline that expired. Confined to the thread that expired it. */
@Name("io.dropguard.DeadlineExpired")
@Label("Deadline Expired")
@Description("An answer was not finished in time")
@Category("DropGuard")
@StackTrace(false)
final class DeadlineExpiredEvent extends Event {
    @Label("Permitted")
    @Description("From the request's arrival to the deadline")
    @Timespan
    long permitted;

    @Label("Late")
    @Description("From the deadline until the answer in its place was handed to the connection")
    @Timespan
    long late;

    @Label("Method")
    @Nullable String method;

    @Label("Path")
    @Nullable String path;

    @Label("Remote Address")
    @Nullable String remote;
}
