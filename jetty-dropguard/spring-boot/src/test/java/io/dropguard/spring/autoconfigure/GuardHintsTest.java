package io.dropguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

import io.dropguard.DropGuard;
import io.dropguard.management.ManagedGuard;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** What is found by name is there in a native image too. */
class GuardHintsTest {
    private static final RuntimeHints HINTS = new RuntimeHints();

    static {
        for (RuntimeHintsRegistrar registrar :
                SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                        .load(RuntimeHintsRegistrar.class))
            registrar.registerHints(HINTS, GuardHintsTest.class.getClassLoader());
    }

    @Test
    void everyFileOfTheCoreIsKept() throws IOException {
        Resource[] files =
                new PathMatchingResourcePatternResolver()
                        .getResources("classpath*:io/dropguard/**/*.*");
        List<String> names =
                Arrays.stream(files)
                        .map(GuardHintsTest::name)
                        .filter(name -> !name.endsWith(".class"))
                        .toList();

        assertThat(names)
                .contains("io/dropguard/options.txt", "io/dropguard/console/console.html")
                .allMatch(name -> resource().forResource(name).test(HINTS));
    }

    private static String name(Resource file) {
        try {
            String url = file.getURL().toString();
            return url.substring(url.lastIndexOf("io/dropguard/"));
        } catch (IOException gone) {
            throw new IllegalStateException(gone);
        }
    }

    @Test
    void theCountersThatAreFoundByTheirNamesAreKept() throws ClassNotFoundException {
        Class<?> traffic = Class.forName("io.dropguard.monitor.Traffic");

        List<Field> counters =
                Arrays.stream(traffic.getDeclaredFields())
                        .filter(field -> field.getType() == long.class)
                        .filter(field -> !Modifier.isStatic(field.getModifiers()))
                        .toList();

        assertThat(counters)
                .isNotEmpty()
                .allMatch(counter -> reflection().onFieldAccess(counter).test(HINTS));
    }

    @Test
    void theReactiveTypesThatAreLookedForByNameAreKept() {
        assertThat(reflection().onType(Publisher.class)).accepts(HINTS);
    }

    @Test
    void whatJmxCallsIsKept() throws NoSuchMethodException {
        assertThat(reflection().onMethodInvocation(ManagedGuard.class.getMethod("getExchanges")))
                .accepts(HINTS);
        assertThat(reflection().onType(DropGuard.class)).rejects(HINTS);
    }
}
