package io.dropguard.exchange;

/** Which request is served next when more of them wait than there are threads. */
public enum QueueOrder {
    /** The one that came first, as the thread pool has it. */
    FIFO,
    /**
     * The one that came last: under lasting overload the oldest are those whose clients are about
     * to give up, so serving them first serves nobody. While nothing queues it makes no difference.
     */
    NEWEST_FIRST
}
