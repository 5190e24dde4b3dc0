/**
 * Where users begin: {@link io.dropguard.DropGuard} and its options. Depends on everything below
 * it, and nothing below depends on it.
 */
@NullMarked
package io.dropguard;

import org.jspecify.annotations.NullMarked;
