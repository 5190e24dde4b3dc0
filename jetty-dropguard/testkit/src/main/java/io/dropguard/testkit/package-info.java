/** What the tests of several modules share. Depends on Jetty, never on DropGuard. */
@NullMarked
package io.dropguard.testkit;

import org.jspecify.annotations.NullMarked;
