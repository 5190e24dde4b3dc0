/**
 * What Linux tells of sockets, and takes, beyond the JDK. Depends on JNA, which is optional:
 * without it nothing here is loaded but {@link io.dropguard.kernel.Kernel}.
 */
@NullMarked
package io.dropguard.kernel;

import org.jspecify.annotations.NullMarked;
