package io.dropguard.servlet;

import io.dropguard.cancel.ClientLoss;

/**
 * Hears that the client of one request was lost; for blocking servlets and filters, which have no
 * {@link jakarta.servlet.AsyncListener}.
 *
 * @see ServletGuard#addListener
 */
@FunctionalInterface
public interface ClientLossListener {

    /**
     * Called once, on a thread of its own, while the servlet may still be working. What it throws
     * is logged and stops nothing.
     */
    void onClientLoss(ClientLoss loss);
}
