package io.dropguard.connector;

import java.util.ArrayList;
import java.util.List;

/** What was set up and what was not, for one line of the log. Confined to one thread. */
final class TuningReport {
    private final List<String> applied = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    void applied(String what) {
        applied.add(what);
    }

    void leftOut(String what, String why) {
        leftOut.add(what + " (" + why + ")");
    }

    @Override
    public String toString() {
        String line = applied.isEmpty() ? "Nothing" : String.join(", ", applied);
        return leftOut.isEmpty() ? line : line + "; not " + String.join(", not ", leftOut);
    }
}
