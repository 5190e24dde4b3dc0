package io.dropguard;

/**
 * One request of a fuzzed stream: its bytes, and what is known of it. Immutable.
 *
 * @param key names it in the answer and in what the application records
 * @param headLength where the body begins
 * @param body what the application may read, or a beginning of it
 * @param loose whether it depends on the time of arrival if the connection lives on: Jetty closes
 *     it if the application left a body that had not arrived
 * @param last whether nothing behind it is ever answered
 * @param flawed whether it is refused, and the connection closed whatever is yet to be read
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes them
record FuzzRequest(
        String key,
        FuzzWay way,
        byte[] bytes,
        int headLength,
        byte[] body,
        boolean expects,
        boolean loose,
        boolean last,
        boolean flawed) {}
