package io.dropguard.home;

import io.dropguard.DropGuard;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.resource.Resource;
import org.eclipse.jetty.xml.ConfigurationProcessor;
import org.eclipse.jetty.xml.XmlConfiguration;
import org.eclipse.jetty.xml.XmlParser;
import org.jspecify.annotations.Nullable;

/**
 * Makes a guard of all properties that begin with {@code dropguard.}, so that one that is misspelt
 * is told. Ordinary configuration, with one {@code <Property>} for each, would never look at it.
 * Confined to the thread that configures the server.
 */
final class GuardConfiguration implements ConfigurationProcessor {
    private static final String PREFIX = "dropguard.";

    /** Under which files that come later find the builder. */
    private static final String ID = "DropGuard";

    private @Nullable XmlConfiguration file; // null until init

    @Override
    public void init(@Nullable Resource resource, XmlParser.Node root, XmlConfiguration file) {
        this.file = file;
    }

    @Override
    public Object configure() {
        if (file == null) throw new IllegalStateException("not initialized");
        if (!(file.getIdMap().get("Server") instanceof Server server))
            throw new IllegalStateException(
                    file + ": no Server (expected: after Jetty's module server)");
        return configure(server);
    }

    @Override
    public Object configure(Object server) {
        if (file == null) throw new IllegalStateException("not initialized");
        DropGuard.Builder builder = DropGuard.builder();
        try {
            builder.setAll(options(file.getProperties()));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(PREFIX + wrong.getMessage(), wrong);
        }
        file.getIdMap().put(ID, builder);
        ((Server) server).addEventListener(new GuardAtStart(builder));
        return server;
    }

    /** An empty property is as good as none: so a line of an ini file can be emptied. */
    private static Map<String, String> options(Map<String, String> properties) {
        Map<String, String> options = new TreeMap<>();
        properties.forEach(
                (name, value) -> {
                    if (name.startsWith(PREFIX) && value != null && !value.isBlank())
                        options.put(name.substring(PREFIX.length()), value);
                });
        return options;
    }
}
