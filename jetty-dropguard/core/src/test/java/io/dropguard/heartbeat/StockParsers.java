package io.dropguard.heartbeat;

import java.util.ArrayList;
import java.util.List;

/** What stock clients make of a body, by the letter of the specifications. */
public final class StockParsers {
    private StockParsers() {}

    /** The records of a body: what heartbeats must not change. */
    public static List<String> records(String contentType, String body) {
        return switch (contentType) {
            case "text/event-stream" -> events(body);
            case "application/x-ndjson" -> lines(body);
            case "application/json-seq" -> texts(body);
            default -> List.of(body.strip());
        };
    }

    /** WHATWG HTML, section 9.2.6: each event as type, data and last id. */
    public static List<String> events(String body) {
        List<String> events = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        String type = "";
        String id = "";
        String stream = body.startsWith("\ufeff") ? body.substring(1) : body;
        int at = 0;
        while (at < stream.length()) {
            int end = at;
            while (end < stream.length()
                    && stream.charAt(end) != '\n'
                    && stream.charAt(end) != '\r') end++;
            if (end == stream.length()) break; // an incomplete line is discarded
            String line = stream.substring(at, end);
            boolean crLf = stream.startsWith("\r\n", end);
            at = end + (crLf ? 2 : 1);
            if (line.isEmpty()) {
                if (data.length() > 0)
                    events.add(type + "|" + data.substring(0, data.length() - 1) + "|" + id);
                data.setLength(0);
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            if (colon == 0) continue;
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (value.startsWith(" ")) value = value.substring(1);
            switch (field) {
                case "event" -> type = value;
                case "data" -> data.append(value).append('\n');
                case "id" -> id = value;
                default -> {
                    // ignored, as the specification has it
                }
            }
        }
        return events;
    }

    /** Newline-delimited JSON: empty lines are skipped. */
    public static List<String> lines(String body) {
        List<String> lines = new ArrayList<>();
        for (String line : body.split("\n", -1)) if (!line.isBlank()) lines.add(line);
        return lines;
    }

    /** RFC 7464, section 2.1: separators in a row hold no empty text. */
    public static List<String> texts(String body) {
        List<String> texts = new ArrayList<>();
        for (String text : body.split("\u001e", -1)) if (!text.isEmpty()) texts.add(text);
        return texts;
    }
}
