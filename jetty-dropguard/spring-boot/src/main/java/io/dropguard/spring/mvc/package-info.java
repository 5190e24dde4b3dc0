/**
 * DropGuard in Spring MVC: whatever a controller returns or begins is cancelled with its request.
 */
@NullMarked
package io.dropguard.spring.mvc;

import org.jspecify.annotations.NullMarked;
