/** Races at public types, and what races have in common; depends on jcstress and the core. */
@NullMarked
package io.dropguard.stress;

import org.jspecify.annotations.NullMarked;
