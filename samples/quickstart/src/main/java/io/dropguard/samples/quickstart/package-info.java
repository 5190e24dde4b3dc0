/** The README's main job, as one program. */
@NullMarked
package io.dropguard.samples.quickstart;

import org.jspecify.annotations.NullMarked;
