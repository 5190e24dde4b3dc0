package io.dropguard.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Keeps the line of clients alive that wait for a controller's method; on a class, for all its
 * methods.
 *
 * <pre>{@code
 * @GetMapping(path = "/report", produces = "application/json")
 * @Heartbeat(interval = "5s")
 * Report report() { ... }
 * }</pre>
 *
 * <p>What is left out stays as properties have it for the path. A method's annotation takes the
 * place of its class's.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Heartbeat {

    /** {@code heartbeat}: {@code auto}, {@code interim} or {@code none}. */
    String value() default "auto";

    /** {@code heartbeat-interval}, such as {@code 5s}, or a placeholder. */
    String interval() default "";

    /** {@code heartbeat-first-delay}, such as {@code 1s}, or a placeholder. */
    String firstDelay() default "";

    /**
     * {@code heartbeat-content-type}: what is committed with the first heartbeat. Spring sets the
     * type only when it writes, so it has to be known from here, from the one type that the mapping
     * {@code produces}, or from properties; without it, nothing is sent before.
     */
    String contentType() default "";

    /** {@code heartbeat-status}; 0 for what is configured. */
    int status() default 0;
}
