package io.dropguard.spring.mvc;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.InterruptScope;
import io.dropguard.spring.CurrentToken;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.task.TaskDecorator;

/**
 * Has tasks cancelled with the request that began them: what Boot's task executor runs,
 * {@code @Async} methods among it. Thread-safe.
 */
public final class TokenTaskDecorator implements TaskDecorator {
    private static final Logger LOG = LoggerFactory.getLogger(TokenTaskDecorator.class);

    @Override
    public Runnable decorate(Runnable task) {
        CancellationToken token = CurrentToken.get();
        return token == CancellationToken.none() ? task : () -> run(task, token);
    }

    private static void run(Runnable task, CancellationToken token) {
        // Who waits for a future must be told; a task that is none is run, so that it ends somehow.
        if (token.isCancelled() && task instanceof Future<?> future) future.cancel(true);
        try (CurrentToken.Scope current = CurrentToken.open(token);
                InterruptScope interrupts = InterruptScope.open();
                CancellationToken.Registration registration =
                        token.onCancelled(why -> interrupts.interrupt())) {
            task.run();
        } catch (RuntimeException thrown) {
            if (!token.isCancelled()) throw thrown;
            LOG.debug("{}: a task ended with {}", token, thrown.toString());
            LOG.trace("ended with", thrown);
        }
    }
}
