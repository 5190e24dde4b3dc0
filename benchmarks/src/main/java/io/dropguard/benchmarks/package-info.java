/** What DropGuard costs, measured with JMH. */
@NullMarked
package io.dropguard.benchmarks;

import org.jspecify.annotations.NullMarked;
