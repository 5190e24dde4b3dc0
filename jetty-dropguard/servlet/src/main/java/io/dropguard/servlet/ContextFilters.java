package io.dropguard.servlet;

import io.dropguard.PolicyBuilder;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.exchange.GuardHandler;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.exchange.ResponsePolicy;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** All filters of one context: what they set together. Thread-safe. */
final class ContextFilters {
    private static final String ATTRIBUTE = ContextFilters.class.getName();

    private record Match(FilterSettings settings, FilterMapping mapping) {}

    private record Key(ResponsePolicy server, Map<String, String> parameters) {}

    private final ServletContext context;
    private final GuardHandler guard;
    private final List<FilterSettings> all = new CopyOnWriteArrayList<>();
    private final List<CancellationToken.Registration> expected = new CopyOnWriteArrayList<>();
    private final Map<Key, ResponsePolicy> composed = new ConcurrentHashMap<>();

    private ContextFilters(ServletContext context, GuardHandler guard) {
        this.context = context;
        this.guard = guard;
    }

    /** Called while the context starts, by one thread. */
    static ContextFilters of(ServletContext context) throws ServletException {
        if (context.getAttribute(ATTRIBUTE) instanceof ContextFilters known) return known;
        ContextFilters created = new ContextFilters(context, ContextGuard.find());
        context.setAttribute(ATTRIBUTE, created);
        return created;
    }

    /**
     * @throws ServletException if it contradicts another one
     */
    void add(FilterSettings added) throws ServletException {
        for (FilterSettings other : all) checkAgainst(added, other);
        all.add(added);
        // Too many rather than too few: a heartbeat cannot go before a compressed body.
        if (added.parameters().containsKey("heartbeat"))
            for (FilterMapping mapping : added.mappings())
                expected.add(guard.expectHeartbeats(mapping.fromRoot(context.getContextPath())));
    }

    void remove(FilterSettings removed) {
        all.remove(removed);
        if (!all.isEmpty()) return;
        expected.forEach(CancellationToken.Registration::close);
        context.removeAttribute(ATTRIBUTE);
    }

    private static void checkAgainst(FilterSettings added, FilterSettings other)
            throws ServletException {
        for (FilterMapping mapping : added.mappings()) {
            if (!other.mappings().contains(mapping)) continue;
            for (Map.Entry<String, String> each : added.parameters().entrySet()) {
                String known = other.parameters().get(each.getKey());
                if (known != null && !known.equals(each.getValue()))
                    throw new ServletException(
                            "filter %s: %s: %s for %s (expected: %s, as filter %s has it)"
                                    .formatted(
                                            added.name(),
                                            each.getKey(),
                                            each.getValue(),
                                            mapping,
                                            known,
                                            other.name()));
            }
        }
    }

    /** Applies what those that match have set. */
    void apply(ServletRequest request, GuardedExchange exchange) {
        if (!(request instanceof HttpServletRequest http)) return;
        Map<String, String> parameters = compose(http);
        String interrupt = parameters.remove(FilterSettings.INTERRUPT);
        if (interrupt != null)
            exchange.setInterrupt(FilterSettings.flag(FilterSettings.INTERRUPT, interrupt));
        if (parameters.isEmpty()) return;
        exchange.apply(
                composed.computeIfAbsent(
                        new Key(exchange.policy(), parameters), ContextFilters::policy));
    }

    private Map<String, String> compose(HttpServletRequest request) {
        List<Match> matches = new ArrayList<>(all.size());
        for (FilterSettings each : all) {
            FilterMapping mapping = each.match(request);
            if (mapping != null) matches.add(new Match(each, mapping));
        }
        matches.sort(Comparator.comparing(Match::mapping));
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Match match : matches) parameters.putAll(match.settings().parameters());
        return parameters;
    }

    private static ResponsePolicy policy(Key key) {
        PolicyBuilder policy = PolicyBuilder.from(key.server());
        String xml = key.parameters().get(FilterSettings.XML);
        if (xml != null) policy.set(FilterSettings.XML, xml); // first, whoever sets it
        key.parameters().forEach(policy::set);
        return policy.build();
    }
}
