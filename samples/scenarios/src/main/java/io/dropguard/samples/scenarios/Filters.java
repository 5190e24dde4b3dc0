package io.dropguard.samples.scenarios;

import io.dropguard.servlet.DropGuardFilter;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;

/** Does in code what a {@code web.xml} says otherwise. */
final class Filters {
    private Filters() {}

    static void add(ScenarioServer scenario, String pattern, String... keysAndValues) {
        FilterHolder holder = new FilterHolder(new DropGuardFilter());
        for (int i = 0; i < keysAndValues.length; i += 2)
            holder.setInitParameter(keysAndValues[i], keysAndValues[i + 1]);
        holder.setAsyncSupported(true);
        scenario.server()
                .getDescendant(ServletContextHandler.class)
                .addFilter(
                        holder, pattern, EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
    }
}
