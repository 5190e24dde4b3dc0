/** What a Spring application sees of DropGuard. Depends on the core, and on Spring's core only. */
@NullMarked
package io.dropguard.spring;

import org.jspecify.annotations.NullMarked;
