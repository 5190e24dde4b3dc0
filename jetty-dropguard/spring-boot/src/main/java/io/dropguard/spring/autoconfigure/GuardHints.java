package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import io.dropguard.management.ManagedGuard;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;

/**
 * What a native image has to keep: files of the jar, and members that are found by their names.
 * What actuator's endpoint answers with, Boot finds itself. Thread-safe.
 */
final class GuardHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.resources().registerPattern("io/dropguard/options.txt");
        hints.resources().registerPattern("io/dropguard/console/*");
        hints.reflection()
                // counters that are updated through variable handles
                .registerType(
                        TypeReference.of(DropGuard.class.getPackageName() + ".monitor.Traffic"),
                        MemberCategory.ACCESS_DECLARED_FIELDS)
                .registerTypeIfPresent(
                        loader, "org.reactivestreams.Publisher") // looked for by name
                // Jetty makes an MBean of it
                .registerType(ManagedGuard.class, MemberCategory.INVOKE_PUBLIC_METHODS);
    }
}
