/** The console in a real browser. */
@NullMarked
package io.dropguard.it.console;

import org.jspecify.annotations.NullMarked;
