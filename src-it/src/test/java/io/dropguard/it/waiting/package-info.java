/** Clients that wait, and proxies before them that lose patience: each a real one. */
@NullMarked
package io.dropguard.it.waiting;

import org.jspecify.annotations.NullMarked;
