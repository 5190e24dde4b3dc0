package io.dropguard.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * By when the response of a controller's method must have ended; on a class, of all its methods.
 *
 * <pre>{@code
 * @GetMapping("/search")
 * @ResponseDeadline("2s")
 * List<Hit> search(String query, CancellationToken token) { ... }
 * }</pre>
 *
 * <p>What is left out stays as properties have it for the path. A method's annotation takes the
 * place of its class's.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface ResponseDeadline {

    /**
     * {@code response-deadline}: from the request's arrival, such as {@code 2s}, {@code none}, or a
     * placeholder such as <code>${search.deadline:2s}</code>.
     */
    String value();

    /** {@code response-deadline-status}; 0 for what is configured. */
    int status() default 0;

    /** {@code response-deadline-headers}. */
    String[] headers() default {};
}
