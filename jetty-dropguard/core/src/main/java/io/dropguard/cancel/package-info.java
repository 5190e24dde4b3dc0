/** Stopping work whose result nobody awaits. Depends on the JDK only. */
@NullMarked
package io.dropguard.cancel;

import org.jspecify.annotations.NullMarked;
