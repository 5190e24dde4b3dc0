/**
 * One class for each program that DropGuard grew from: a server with a {@code main}, and the
 * command that shows what it does. Each test runs just that command.
 */
@NullMarked
package io.dropguard.samples.scenarios;

import org.jspecify.annotations.NullMarked;
