package io.dropguard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** What became of each request, by its number. Thread-safe. */
final class MixedLedger {
    /** Independent of one another, and each set once. */
    enum Fact {
        /** Its handler began. */
        STARTED(1),
        /** Its handler began with an interrupt that was not its own. */
        STARTED_INTERRUPTED(2),
        /** Its answer was written. */
        ANSWERED(4),
        /** Its client was lost, and its handler knows. */
        LOST(8),
        /** It failed for another reason. */
        FAILED(16),
        /** Its client has read the whole answer. */
        READ(32),
        /** Its client has seen the end of the connection before that of the answer it awaited. */
        UNANSWERED(64);

        private final int bit;

        Fact(int bit) {
            this.bit = bit;
        }
    }

    /** Set when a fact comes twice. */
    private static final int TWICE = 1 << 16;

    private final AtomicIntegerArray facts;
    private final Map<Integer, String> failures = new ConcurrentHashMap<>();
    private final Map<Integer, String> losses = new ConcurrentHashMap<>();

    MixedLedger(int requests) {
        facts = new AtomicIntegerArray(requests);
    }

    void add(int number, Fact fact) {
        facts.accumulateAndGet(
                number, fact.bit, (had, bit) -> had | bit | ((had & bit) != 0 ? TWICE : 0));
    }

    /** Its handler failed though its client was not lost. */
    void fail(int number, String how) {
        add(number, Fact.FAILED);
        failures.put(number, how);
    }

    /** Its handler knows that its client is lost. */
    void lose(int number, String how) {
        add(number, Fact.LOST);
        losses.put(number, how);
    }

    /** The losses of clients that have read the whole answer. */
    Map<Integer, String> lostThoughRead() {
        Map<Integer, String> wrong = new TreeMap<>(losses);
        wrong.keySet().retainAll(with(Fact.READ));
        return wrong;
    }

    Map<Integer, String> failures() {
        return failures;
    }

    int count(Fact fact) {
        int count = 0;
        for (int i = 0; i < facts.length(); i++) if (has(i, fact)) count++;
        return count;
    }

    /** Requests of which all these facts are known. */
    List<Integer> with(Fact... all) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < facts.length(); i++) {
            boolean each = true;
            for (Fact fact : all) each &= has(i, fact);
            if (each) numbers.add(i);
        }
        return numbers;
    }

    /** Requests that began and did not end in exactly one way, or ended twice. */
    List<Integer> unaccounted() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < facts.length(); i++) {
            int ends = (has(i, Fact.ANSWERED) ? 1 : 0) + (has(i, Fact.LOST) ? 1 : 0);
            if (ends != (has(i, Fact.STARTED) ? 1 : 0) || (facts.get(i) & TWICE) != 0)
                numbers.add(i);
        }
        return numbers;
    }

    private boolean has(int number, Fact fact) {
        return (facts.get(number) & fact.bit) != 0;
    }
}
