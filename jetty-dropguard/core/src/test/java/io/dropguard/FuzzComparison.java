package io.dropguard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.dropguard.FuzzStream.Ending;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Serves a stream twice and tells what differs and should not. Immutable. */
record FuzzComparison(FuzzServer bare, FuzzServer guarded) {
    private static final String INTERIM = "HTTP/1.1 100 Continue\r\n\r\n";

    /** Where an answer begins; no echo has such a line. */
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 \\d{3} ");

    private static final Pattern CHUNKED = Pattern.compile("Transfer-Encoding: chunked\r\n\r\n");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-F]+)\r\n");

    /** What a server made of a stream. */
    private record Outcome(FuzzClient.Answer answer, Map<String, FuzzRead> reads) {}

    /** Null if nothing does. */
    @Nullable String difference(FuzzStream stream) throws Exception {
        Outcome expected = serve(stream, bare);
        Outcome actual = serve(stream, guarded);
        String problem = problem(stream, expected);
        if (problem != null) return "bare: " + problem;
        problem = problem(stream, actual);
        if (problem != null) return "guarded: " + problem;
        if (!stream.ending().reads()) return null;
        boolean cut = (expected.answer.cut() || actual.answer.cut()) && !stream.isOrderly();
        // Under TLS a FIN cannot be probed, so whoever half-closes is lost
        if (stream.ending() == Ending.HALF_CLOSE && guarded.isSecure() && guarded.heedsFin())
            return null;
        return difference(stream, expected, actual, cut);
    }

    /** For streams whose client did not stay, once all is quiet. */
    @Nullable String differenceAfterwards(FuzzStream stream) throws InterruptedException {
        for (FuzzServer server : new FuzzServer[] {bare, guarded}) {
            String problem =
                    problem(
                            stream,
                            new Outcome(
                                    new FuzzClient.Answer(new byte[0], true, null),
                                    reads(stream, server)));
            if (problem != null) return server + ": " + problem;
        }
        return null;
    }

    private Outcome serve(FuzzStream stream, FuzzServer server) throws Exception {
        FuzzClient.Answer answer = FuzzClient.play(stream, server);
        return new Outcome(
                answer,
                stream.ending().reads() ? reads(stream, server) : Map.<String, FuzzRead>of());
    }

    private static Map<String, FuzzRead> reads(FuzzStream stream, FuzzServer server)
            throws InterruptedException {
        Map<String, FuzzRead> reads = new LinkedHashMap<>();
        List<String> keys = new ArrayList<>();
        for (FuzzRequest request : stream.requests()) {
            keys.add(request.key());
            keys.add(request.key() + "-again");
        }
        keys.add("smuggled");
        for (String key : keys) {
            FuzzRead read = server.application().find(key);
            if (read == null) continue;
            if (!read.ended.await(10, TimeUnit.SECONDS))
                throw new IllegalStateException("still handled after 10 s: " + key);
            reads.put(key, read);
            server.application().take(key);
        }
        return reads;
    }

    /** What must never happen, whatever the client does. */
    private static @Nullable String problem(FuzzStream stream, Outcome outcome) {
        if (outcome.answer.problem() != null)
            return outcome.answer.problem() + " after " + text(outcome);
        Map<String, FuzzRead> unknown = new LinkedHashMap<>(outcome.reads);
        for (FuzzRequest request : stream.requests()) {
            FuzzRead read = unknown.remove(request.key());
            if (read == null) continue;
            if (!read.isBeginningOf(request.body()))
                return "the application did not read what was sent for " + request.key();
            if (read.beganInterrupted()) return "began interrupted: " + request.key();
        }
        return unknown.isEmpty() ? null : "never sent or served twice: " + unknown.keySet();
    }

    private @Nullable String difference(
            FuzzStream stream, Outcome expected, Outcome actual, boolean cut) {
        int firstLoose = 0;
        List<FuzzRequest> requests = stream.requests();
        while (firstLoose < requests.size() && !requests.get(firstLoose).loose()) firstLoose++;
        // Whether Jetty says 400 to a request that broke off depends on the time of arrival too
        int firstTruncated = stream.firstTruncated();
        boolean loose = Math.min(firstLoose, firstTruncated) < requests.size();
        // The client of a request that broke off is lost: what bare Jetty says to it is not said
        int most = guarded.heedsFin() ? firstTruncated : Integer.MAX_VALUE;
        String one = comparable(expected, loose, most);
        String other = comparable(actual, loose, most);
        if (cut || loose) {
            int common = Math.min(one.length(), other.length());
            if (!one.substring(0, common).equals(other.substring(0, common)))
                return answers(expected, actual);
        } else if (!one.equals(other)) return answers(expected, actual);
        if (cut) return null;
        for (int i = 0; i < Math.min(firstTruncated, firstLoose + 1); i++) {
            String key = requests.get(i).key();
            if (one.contains("X-Key: " + key + "\r\n") != other.contains("X-Key: " + key + "\r\n"))
                return key + " answered by one only; " + answers(expected, actual);
            String read = summary(expected, key);
            if (!Objects.equals(read, summary(actual, key)))
                return "the application: " + key + " " + read + ", guarded " + summary(actual, key);
        }
        return null;
    }

    private static @Nullable String summary(Outcome outcome, String key) {
        FuzzRead read = outcome.reads.get(key);
        return read == null ? null : read.summary();
    }

    /** The first answers, without what depends on the time of arrival. */
    private static String comparable(Outcome outcome, boolean loose, int most) {
        String answer = text(outcome).replace(INTERIM, "");
        Matcher status = STATUS.matcher(answer);
        for (int i = 0; i <= most && status.find(); i++)
            if (i == most) answer = answer.substring(0, status.start());
        return loose
                ? unchunked(answer).replaceAll("Connection: (close|keep-alive)\r\n", "")
                : answer;
    }

    /** A streamed answer is chunked, or ends with the connection if Jetty does not keep it. */
    private static String unchunked(String answer) {
        Matcher chunked = CHUNKED.matcher(answer);
        StringBuilder text = new StringBuilder();
        int from = 0;
        while (chunked.find(from)) {
            text.append(answer, from, chunked.start()).append("\r\n");
            from = chunked.end();
            Matcher size = CHUNK.matcher(answer);
            while (size.find(from) && size.start() == from) {
                int length = Integer.parseInt(size.group(1), 16);
                int end = Math.min(answer.length(), size.end() + length);
                text.append(answer, size.end(), end);
                from = Math.min(answer.length(), end + 2);
                if (length == 0) break;
            }
        }
        return text.append(answer, from, answer.length()).toString();
    }

    private static String text(Outcome outcome) {
        // an error page names the server's own port if the request named none
        return new String(outcome.answer.bytes(), ISO_8859_1)
                .replaceAll("//127\\.0\\.0\\.1:\\d+/", "//127.0.0.1:PORT/");
    }

    private static String answers(Outcome expected, Outcome actual) {
        return "answers differ:\n    bare    "
                + FuzzStream.escape(expected.answer.bytes())
                + "\n    guarded "
                + FuzzStream.escape(actual.answer.bytes());
    }
}
