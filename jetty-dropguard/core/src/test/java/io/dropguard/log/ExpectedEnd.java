package io.dropguard.log;

/** Every kind of ending that a test can bring about, and what the log must call it. */
enum ExpectedEnd {
    ANSWERED("completed", Client.READS_ANSWER),
    ANSWERED_LATER("completed", Client.READS_ANSWER),
    ANSWERED_EMPTY("completed", Client.READS_ANSWER),
    /** The last of which is empty. */
    ANSWERED_IN_PARTS("completed", Client.READS_ANSWER),
    /** And the client closes as soon as it has the answer. */
    ANSWERED_AND_CLOSED("completed", Client.READS_ANSWER),
    ANSWERED_EMPTY_AND_CLOSED("completed", Client.READS_ANSWER),
    THROWN_AND_CLOSED("failed", Client.READS_ANSWER),
    NOT_FOUND("completed", Client.READS_ANSWER),
    REFUSED("completed", Client.READS_ANSWER),
    THROWN("failed", Client.READS_ANSWER),
    FAILED("failed", Client.READS_ANSWER),
    BROKEN_OFF("failed", Client.IS_CUT_OFF),
    LEFT_WAITING("client_lost", Client.LEAVES),
    LEFT_ASYNC("client_lost", Client.LEAVES),
    LEFT_READING("client_lost", Client.LEAVES),
    EXPIRED_WAITING("deadline_expired", Client.READS_ANSWER),
    EXPIRED_ASYNC("deadline_expired", Client.READS_ANSWER),
    EXPIRED_READING("deadline_expired", Client.READS_ANSWER),
    EXPIRED_HALF("deadline_expired", Client.IS_CUT_OFF),
    SHUT_DOWN_WAITING("stuck", Client.IS_SHUT_DOWN),
    SHUT_DOWN_READING("stuck", Client.IS_SHUT_DOWN),
    UNPARSABLE("rejected", Client.READS_ANSWER),
    /** Takes as long as its limit, so that there are few. */
    STUCK_WRITING("stuck", Client.READS_NOTHING),
    STOPPED_WAITING("server_stopped", Client.READS_NOTHING),
    STOPPED_ASYNC("server_stopped", Client.READS_NOTHING),
    STOPPED_READING("server_stopped", Client.READS_NOTHING),
    STOPPED_HALF("server_stopped", Client.READS_NOTHING);

    /** What the client's part in it is. */
    enum Client {
        READS_ANSWER,
        IS_CUT_OFF,
        LEAVES,
        IS_SHUT_DOWN,
        READS_NOTHING
    }

    private final String outcome;
    private final Client client;

    ExpectedEnd(String outcome, Client client) {
        this.outcome = outcome;
        this.client = client;
    }

    String outcome() {
        return outcome;
    }

    Client client() {
        return client;
    }

    /** Whether the request announces more of a body than it brings. */
    boolean reads() {
        return name().endsWith("_READING");
    }

    boolean closes() {
        return name().endsWith("_AND_CLOSED");
    }

    boolean isOfStop() {
        return outcome.equals("server_stopped");
    }
}
