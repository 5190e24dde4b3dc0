/** DropGuard for servlets. Depends on the core and the Servlet API only. */
@NullMarked
package io.dropguard.servlet;

import org.jspecify.annotations.NullMarked;
