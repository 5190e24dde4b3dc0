/** Sets DropGuard up in a Spring Boot application: what is there, and what the environment says. */
@NullMarked
package io.dropguard.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
