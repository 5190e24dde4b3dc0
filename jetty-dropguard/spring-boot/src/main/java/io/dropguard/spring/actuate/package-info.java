/** What Spring Boot's Actuator tells of a guard. */
@NullMarked
package io.dropguard.spring.actuate;

import org.jspecify.annotations.NullMarked;
