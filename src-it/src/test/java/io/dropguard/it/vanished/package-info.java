/** Clients that vanish, in network namespaces whose links are cut. */
@NullMarked
package io.dropguard.it.vanished;

import org.jspecify.annotations.NullMarked;
