/** What it costs to know what every connection does. */
@NullMarked
package io.dropguard.benchmarks.monitor;

import org.jspecify.annotations.NullMarked;
