package io.dropguard;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant by one that is misspelt. */
final class SimilarName {
    /** 2: a swap of neighbours, or two slips; with three, short names begin to look alike. */
    private static final int MOST_EDITS = 2;

    private SimilarName() {}

    /** The name that is closest to {@code given} whatever its case, if one is close at all. */
    static Optional<String> of(String given, Collection<String> names) {
        String written = given.toLowerCase(Locale.ROOT);
        String closest = null;
        int fewest = MOST_EDITS + 1;
        for (String name : names) {
            if (Math.abs(name.length() - written.length()) >= fewest) continue;
            int edits = edits(written, name);
            if (edits < fewest) {
                fewest = edits;
                closest = name;
            }
        }
        return Optional.ofNullable(closest);
    }

    /** Levenshtein's distance: insertions, deletions and substitutions. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1]; // row[j]: edits from the part read to to[0..j)
        for (int j = 0; j < row.length; j++) row[j] = j;
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
