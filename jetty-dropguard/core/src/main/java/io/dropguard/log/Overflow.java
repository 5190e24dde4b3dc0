package io.dropguard.log;

/** What becomes of a record when the queue to the file is full. */
public enum Overflow {
    /** The exchange waits until there is room: no record is lost. */
    BLOCK,
    /**
     * The record is dropped. How many were is said by {@link FileSink#dropped()} and, as soon as
     * there is room, by a line in the file.
     */
    DROP_AND_COUNT
}
