package io.dropguard.exchange;

import org.eclipse.jetty.server.Request;

/** Marks requests that are answered around the guard, so that nobody tells of them. */
public final class NobodysWork {
    private static final String ATTRIBUTE = NobodysWork.class.getName();

    private NobodysWork() {}

    public static void mark(Request request) {
        request.setAttribute(ATTRIBUTE, true);
    }

    public static boolean isMarked(Request request) {
        return request.getAttribute(ATTRIBUTE) != null;
    }
}
