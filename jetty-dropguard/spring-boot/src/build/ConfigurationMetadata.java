import io.dropguard.DropGuard;
import io.dropguard.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * Writes what IDEs are told of the properties, from what the core says of its options. Run by the
 * build as a source file.
 */
class ConfigurationMetadata {
    private static final String STRING = "java.lang.String";

    private static final Pattern CHOICE = Pattern.compile("[a-z0-9-]+(, [a-z0-9-]+)+");

    public static void main(String[] arguments) throws IOException {
        StringJoiner properties = new StringJoiner(",\n    ", "\n    ", "\n  ");
        StringJoiner hints = new StringJoiner(",\n    ", "\n    ", "\n  ");
        properties.add(
                property("enabled", "java.lang.Boolean", "true", "Whether the server is guarded."));
        properties.add(
                property(
                        "paths",
                        "java.util.Map<java.lang.String,java.util.Map<java.lang.String,java.lang.String>>",
                        "",
                        "The heartbeat and response-deadline options of some paths, by a servlet's"
                                + " pattern in brackets, such as \"[/report/*]\". The most specific"
                                + " pattern wins."));
        for (Option option : DropGuard.options()) {
            properties.add(
                    property(
                            option.key(),
                            type(option),
                            option.defaultValue(),
                            isChoice(option)
                                    ? option.description()
                                    : option.description() + " Values: " + option.values() + "."));
            List<String> choices = choices(option);
            if (!choices.isEmpty() && !isFlag(option)) hints.add(hint(option, choices));
        }
        Path file = Path.of(arguments[0]);
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "{\n  \"properties\": [%s],\n  \"hints\": [%s]\n}\n".formatted(properties, hints));
    }

    private static String property(
            String key, String type, String defaultValue, String description) {
        String said = "";
        if (!defaultValue.isEmpty())
            said =
                    ", \"defaultValue\": "
                            + (isBare(type) ? defaultValue : quoted(defaultValue));
        return "{\"name\": %s, \"type\": %s, \"description\": %s%s}"
                .formatted(quoted("dropguard." + key), quoted(type), quoted(description), said);
    }

    private static String hint(Option option, List<String> choices) {
        StringJoiner values = new StringJoiner(", ");
        for (String value : choices)
            values.add("{\"value\": " + quoted(value) + "}");
        return "{\"name\": %s, \"values\": [%s]}"
                .formatted(quoted("dropguard." + option.key()), values);
    }

    private static boolean isFlag(Option option) {
        return option.values().equals("true, false");
    }

    private static boolean isChoice(Option option) {
        return CHOICE.matcher(unlessUnset(option)).matches();
    }

    /** Without what it means to set none. */
    private static String unlessUnset(Option option) {
        return option.values().split(";", 2)[0];
    }

    /** Those of {@code a, b, c} and of {@code none, or some of a,b,c}. */
    private static List<String> choices(Option option) {
        String some = "none, or some of ";
        String values = unlessUnset(option);
        if (isChoice(option)) return List.of(values.split(", "));
        return values.startsWith(some)
                ? List.of(("none," + values.substring(some.length())).split(","))
                : List.of();
    }

    private static String type(Option option) {
        String values = option.values();
        if (isFlag(option)) return "java.lang.Boolean";
        if (values.equals("0 to 1")) return "java.lang.Double";
        if (values.startsWith("a count") || values.matches("\\d+ to \\d+(;.*)?"))
            return "java.lang.Integer";
        if (values.startsWith("a time") && !values.contains("none")) return "java.time.Duration";
        if (values.contains("with commas") || values.contains("some of"))
            return "java.util.List<java.lang.String>";
        return STRING; // a size too: its units are written otherwise than Spring's
    }

    private static boolean isBare(String type) {
        return List.of("java.lang.Boolean", "java.lang.Integer", "java.lang.Double").contains(type);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
