package io.dropguard.log;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A sink that keeps records for a test, each checked against the schema. Thread-safe. */
final class Records implements ExchangeSink {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final BlockingQueue<Map<String, Object>> fields = new LinkedBlockingQueue<>();

    @Override
    public void write(ExchangeRecord record) {
        lines.add(record.toJson());
        fields.add(record.fields());
    }

    /** The next record. */
    JsonNode next() throws InterruptedException {
        return RecordSchema.check(nextLine());
    }

    String nextLine() throws InterruptedException {
        String line = lines.poll(10, TimeUnit.SECONDS);
        if (line == null) throw new AssertionError("no record in 10 s");
        return line;
    }

    Map<String, Object> nextFields() throws InterruptedException {
        Map<String, Object> next = fields.poll(10, TimeUnit.SECONDS);
        if (next == null) throw new AssertionError("no record in 10 s");
        return next;
    }

    int waiting() {
        return lines.size();
    }
}
