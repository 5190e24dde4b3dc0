/** Connections and servers that end while real peers use them. */
@NullMarked
package io.dropguard.it.ending;

import org.jspecify.annotations.NullMarked;
