/** DropGuard against real clients and proxies, each in a process of its own. */
@NullMarked
package io.dropguard.it;

import org.jspecify.annotations.NullMarked;
