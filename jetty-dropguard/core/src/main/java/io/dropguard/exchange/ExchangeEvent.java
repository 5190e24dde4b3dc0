package io.dropguard.exchange;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * Recorded at the end of an exchange, with its whole duration. Begun and ended by different
 * threads, one after the other.
 */
@Name("io.dropguard.Exchange")
@Label("Exchange")
@Description("A request and its answer")
@Category("DropGuard")
@StackTrace(false)
@Threshold(
        "20 ms") // the JDK's own for I/O: fifty thousand short ones a second would drown the rest
final class ExchangeEvent extends Event {
    @Label("Method")
    @Nullable String method;

    @Label("Path")
    @Nullable String path;

    @Label("Remote Address")
    @Nullable String remote;

    @Label("Protocol")
    @Nullable String protocol;

    @Label("Status")
    int status;

    @Label("Bytes Written")
    @Description("Of the answer's body")
    @DataAmount
    long bytesWritten;

    @Label("Stopped For")
    @Description("Why the work was stopped; nothing if it was not")
    @Nullable String stoppedFor;

    @Label("Ran On")
    @Description("How long the work ran on after its client was lost")
    @Timespan
    long ranOn;
}
