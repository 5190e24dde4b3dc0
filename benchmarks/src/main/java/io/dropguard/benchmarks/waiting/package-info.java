/** Twenty thousand clients that wait, each with a heartbeat a second. */
@NullMarked
package io.dropguard.benchmarks.waiting;

import org.jspecify.annotations.NullMarked;
