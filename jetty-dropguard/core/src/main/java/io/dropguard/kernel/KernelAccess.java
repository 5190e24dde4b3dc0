package io.dropguard.kernel;

import io.dropguard.kernel.Kernel.Access;
import java.util.Locale;

/** Tries once whether there is access to the kernel. Immutable. */
final class KernelAccess {
    static final Access TRIED = attempt();

    private KernelAccess() {}

    private static Access attempt() {
        String system = System.getProperty("os.name", "");
        if (!system.toLowerCase(Locale.ROOT).equals("linux"))
            return none("the system is " + system);
        try {
            return new Access(LinuxKernel.open(), "");
        } catch (NoClassDefFoundError absent) {
            return none("JNA is not on the class path (net.java.dev.jna:jna)");
        } catch (LinkageError unusable) { // such as a temporary directory that forbids execution
            return none("JNA cannot be used: " + unusable.getMessage());
        }
    }

    private static Access none(String reason) {
        return new Access(null, reason);
    }
}
