/** Answers that are given before the request was read whole, and real clients that upload. */
@NullMarked
package io.dropguard.it.early;

import org.jspecify.annotations.NullMarked;
