/** What logging costs, beside others who do it. */
@NullMarked
package io.dropguard.benchmarks.log;

import org.jspecify.annotations.NullMarked;
