package io.dropguard;

/** How the application of the fuzz test treats a request. */
enum FuzzWay {
    /** Answers and leaves the body. */
    NOTHING,
    ALL,
    /** Reads the first half of the body and answers. */
    HALF,
    /** Waits, then reads. */
    LATE_READ,
    /** Reads, then waits. */
    LATE_ANSWER,
    /** Reads when it is told that there is something. */
    ASYNC,
    /** Reads, then answers in chunks with pauses. */
    STREAM;

    boolean leavesBody() {
        return this == NOTHING || this == HALF;
    }
}
