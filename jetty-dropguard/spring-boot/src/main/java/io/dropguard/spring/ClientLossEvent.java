package io.dropguard.spring;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.ClientLoss;

/**
 * Published as an application event when the client of a request is lost, on a thread of its own,
 * while the request may still be worked for. Immutable.
 *
 * @param loss how and when the client left
 * @param method the request's
 * @param path the request's, as it was sent: escape it where you show it
 */
public record ClientLossEvent(ClientLoss loss, String method, String path) {
    public ClientLossEvent {
        requireNonNull(loss, "loss");
        requireNonNull(method, "method");
        requireNonNull(path, "path");
    }
}
