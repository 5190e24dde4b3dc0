package io.dropguard;

/** Looks for a smaller stream that fails too. */
final class FuzzShrinker {
    /** 5: what depends on time does not fail each time. */
    private static final int TRIES = 5;

    /** 200: a few seconds in all. */
    private static final int MOST_TRIES = 200;

    private FuzzShrinker() {}

    /** The failure, and the smallest stream found. */
    static String shrink(FuzzStream failed, String difference, FuzzComparison comparison)
            throws Exception {
        FuzzStream smallest = failed;
        String reason = difference;
        int tries = 0;
        boolean smaller = true;
        while (smaller && tries < MOST_TRIES) {
            smaller = false;
            for (FuzzStream candidate : smallest.simpler()) {
                String still = null;
                for (int i = 0; i < TRIES && still == null && tries < MOST_TRIES; i++, tries++)
                    still = comparison.difference(candidate);
                if (still == null) continue;
                smallest = candidate;
                reason = still;
                smaller = true;
                break;
            }
        }
        return reason
                + "\nguarded: "
                + comparison.guarded()
                + "\n"
                + failed
                + (smallest.equals(failed) ? "" : "\nsmaller: " + smallest)
                + "\n";
    }
}
