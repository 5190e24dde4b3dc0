package io.dropguard.heartbeat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Bodies of records as applications write them. */
public final class RecordStreams {
    private RecordStreams() {}

    /** A stream of random records, some with odd but legal shapes. */
    public static String next(String contentType, Random random) {
        StringBuilder stream = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--)
            stream.append(
                    switch (contentType) {
                        case "text/event-stream" -> event(random);
                        case "application/x-ndjson" -> json(random, false) + "\n";
                        default -> "\u001e" + json(random, true) + "\n";
                    });
        return stream.toString();
    }

    private static String event(Random random) {
        List<String> fields = new ArrayList<>(List.of("data: " + random.nextInt(100)));
        if (random.nextBoolean()) fields.add("id: " + random.nextInt(9));
        if (random.nextBoolean()) fields.add(random.nextBoolean() ? "data" : "data:x: y");
        if (random.nextInt(3) == 0) fields.add("event: e" + random.nextInt(3));
        if (random.nextInt(5) == 0) fields.add(": a comment");
        StringBuilder event = new StringBuilder();
        for (String field : fields) event.append(field).append(end(random));
        if (random.nextInt(10) > 0) event.append(end(random)); // else one with the next
        return event.toString();
    }

    private static String end(Random random) {
        return List.of("\n", "\r\n", "\r").get(random.nextInt(3));
    }

    private static String json(Random random, boolean pretty) {
        String space = pretty && random.nextBoolean() ? "\n" : " ";
        String n = Integer.toString(random.nextInt(100));
        return switch (random.nextInt(5)) {
            case 0 -> n;
            case 1 -> "\"a\\\\\\\"{[" + n + "\"";
            case 2 -> "[" + space + n + "," + space + "{}]";
            case 3 -> "{\"}\":" + space + "\"\\\"" + n + "\"" + space + "}";
            default -> "null";
        };
    }
}
