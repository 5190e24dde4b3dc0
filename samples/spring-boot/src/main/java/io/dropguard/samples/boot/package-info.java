/** A small shop in Spring Boot, whose work stops when its clients leave. */
@NullMarked
package io.dropguard.samples.boot;

import org.jspecify.annotations.NullMarked;
