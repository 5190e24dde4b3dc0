package io.dropguard.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class KernelAccessTest {

    @Test
    void withoutJnaThereIsNoAccessAndTheReasonIsTold() throws ReflectiveOperationException {
        Object access =
                new WithoutJna()
                        .loadClass("io.dropguard.kernel.Kernel")
                        .getMethod("access")
                        .invoke(null);

        assertThat(access.toString())
                .startsWith("Access[kernel=null, reason=")
                .containsAnyOf("JNA is not on the class path", "the system is ");
    }

    /** Loads this package anew, as if JNA were not there. */
    private static final class WithoutJna extends ClassLoader {
        WithoutJna() {
            super(KernelAccessTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("com.sun.jna.")) throw new ClassNotFoundException(name);
            if (!name.startsWith("io.dropguard.kernel.")) return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) throw new ClassNotFoundException(name);
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }
}
