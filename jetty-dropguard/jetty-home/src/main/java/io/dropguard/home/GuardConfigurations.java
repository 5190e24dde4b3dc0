package io.dropguard.home;

import org.eclipse.jetty.xml.ConfigurationProcessor;
import org.eclipse.jetty.xml.ConfigurationProcessorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has Jetty understand {@code etc/dropguard.xml}, whose root is {@code <DropGuard/>}. Found as a
 * service. Thread-safe.
 */
public final class GuardConfigurations implements ConfigurationProcessorFactory {
    private static final String ROOT = "DropGuard";

    @Override
    public @Nullable ConfigurationProcessor getConfigurationProcessor(
            @Nullable String dtd, String root) {
        return root.equals(ROOT) ? new GuardConfiguration() : null;
    }
}
