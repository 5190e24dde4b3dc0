package io.dropguard.log;

/**
 * Which exchanges leave a record: all that did not complete or were answered with a 5xx status, and
 * a share of the rest. Immutable.
 *
 * @param completed the share of the rest, 0 to 1
 */
public record Sampling(double completed) {
    public static final Sampling ALL = new Sampling(1);

    public Sampling {
        if (!(completed >= 0 && completed <= 1))
            throw new IllegalArgumentException("log-sample: " + completed + " (expected: 0..1)");
    }

    /** Decided by the id, so that both records of an exchange are kept or neither. */
    boolean keepsCompleted(String id) {
        if (completed >= 1) return true;
        // Ids that we count up differ in their last digits only: spread them (Stafford's mix13).
        long mixed = id.hashCode() * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) * 0x1p-53 < completed;
    }

    boolean keeps(String id, Outcome outcome, int status) {
        return outcome != Outcome.COMPLETED || status >= 500 || keepsCompleted(id);
    }
}
