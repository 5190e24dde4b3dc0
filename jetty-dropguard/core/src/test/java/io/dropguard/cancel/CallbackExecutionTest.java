package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Who runs the callbacks, when, and what one that throws does to the others. */
class CallbackExecutionTest {
    private static final CancellationReason WHY = new Cancelled("test");

    private final List<String> order = new ArrayList<>();

    @Test
    void callbacksRunInTheOrderTheyRegistered() {
        CancellationSource source = new CancellationSource();
        for (String name : List.of("a", "b", "c")) tell(source, name);

        source.cancel(WHY);

        assertThat(order).containsExactly("a", "b", "c");
    }

    @Test
    void callbacksRunOnTheSourcesExecutorAsOneTask() {
        List<Runnable> queued = new ArrayList<>();
        CancellationSource source = new CancellationSource(queued::add);
        tell(source, "a");
        tell(source, "b");

        source.cancel(WHY);
        assertThat(order).isEmpty();
        assertThat(queued).hasSize(1);

        queued.get(0).run();
        assertThat(order).containsExactly("a", "b");
    }

    @Test
    void aCallbackWithdrawnWhileTheExecutorKeepsItWaitingIsNotTold() {
        List<Runnable> queued = new ArrayList<>();
        CancellationSource source = new CancellationSource(queued::add);
        CancellationToken.Registration first = tell(source, "a");
        tell(source, "b");

        source.cancel(WHY);
        first.close();
        queued.get(0).run();

        assertThat(order).containsExactly("b");
    }

    @Test
    void withoutCallbacksTheExecutorIsLeftAlone() {
        List<Runnable> queued = new ArrayList<>();
        CancellationSource source = new CancellationSource(queued::add);
        tell(source, "a").close();

        source.cancel(WHY);

        assertThat(queued).isEmpty();
    }

    @Test
    void callbacksRunOnTheCancellingThreadWhenTheExecutorRejects() {
        CancellationSource source =
                new CancellationSource(
                        task -> {
                            throw new RejectedExecutionException("stopping");
                        });
        List<Thread> threads = new ArrayList<>();
        source.token().onCancelled(why -> threads.add(Thread.currentThread()));
        tell(source, "b");

        assertThat(source.cancel(WHY)).isTrue();

        assertThat(threads).containsExactly(Thread.currentThread());
        assertThat(order).containsExactly("b");
    }

    @Test
    void anExecutorThatRunsTheTaskAndThenThrowsHasItRunOnce() {
        CancellationSource source =
                new CancellationSource(
                        task -> {
                            task.run();
                            throw new IllegalStateException("afterwards");
                        });
        tell(source, "a");

        assertThat(source.cancel(WHY)).isTrue();

        assertThat(order).containsExactly("a");
    }

    @Test
    void whatIsUrgentRunsOnTheCancellingThreadBeforeAnyCallback() {
        CancellationSource source = new CancellationSource();
        tell(source, "callback");
        CancellationSource child = CancellationSource.childOf(source.token());
        tell(child, "callback of child");
        List<Thread> threads = new ArrayList<>();

        source.cancel(
                WHY,
                () -> {
                    assertThat(source.token().isCancelled()).isTrue();
                    threads.add(Thread.currentThread());
                    order.add("urgent");
                });

        assertThat(order).containsExactly("urgent", "callback of child", "callback");
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void callbacksAreToldEvenIfWhatIsUrgentThrows() {
        CancellationSource parent = new CancellationSource();
        CancellationSource source = CancellationSource.childOf(parent.token());
        tell(source, "a");
        IllegalStateException thrown = new IllegalStateException("urgent");

        assertThatThrownBy(
                        () ->
                                source.cancel(
                                        WHY,
                                        () -> {
                                            throw thrown;
                                        }))
                .isSameAs(thrown);

        assertThat(order).containsExactly("a");
        assertThat(Registrations.of(parent.token())).as("forgotten by its parent").isZero();
    }

    @Test
    void aCallbackThatThrowsHurtsNobodyAndIsLoggedOnce() {
        CancellationSource source = new CancellationSource();
        RuntimeException thrown = new RuntimeException("from a callback");
        tell(source, "before");
        source.token()
                .onCancelled(
                        why -> {
                            throw thrown;
                        });
        source.token()
                .onCancelled(
                        why -> {
                            throw new StackOverflowError("an Error, too");
                        });
        tell(source, "after");

        List<LogRecord> logged = logged(() -> assertThat(source.cancel(WHY)).isTrue());

        assertThat(order).containsExactly("before", "after");
        assertThat(logged).hasSize(2);
        assertThat(logged.get(0).getLevel()).isEqualTo(Level.WARNING);
        assertThat(logged.get(0).getMessage())
                .isEqualTo("A cancellation callback threw; the others still run");
        assertThat(logged.get(0).getThrown()).isSameAs(thrown);
        assertThat(logged.get(1).getThrown()).isInstanceOf(StackOverflowError.class);
    }

    @Test
    void aLateCallbackThatThrowsDoesNotHurtTheOneThatRegistersIt() {
        CancellationSource source = new CancellationSource();
        source.cancel(WHY);

        List<LogRecord> logged =
                logged(
                        () ->
                                source.token()
                                        .onCancelled(
                                                why -> {
                                                    throw new IllegalStateException("late");
                                                }));

        assertThat(logged).hasSize(1);
    }

    private CancellationToken.Registration tell(CancellationSource source, String name) {
        return source.token().onCancelled(why -> order.add(name));
    }

    private static List<LogRecord> logged(Runnable action) {
        List<LogRecord> records = new ArrayList<>();
        Handler collector =
                new Handler() {
                    @Override
                    public void publish(LogRecord logRecord) {
                        records.add(logRecord);
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(CancellationCallback.class.getName());
        logger.setUseParentHandlers(false);
        logger.addHandler(collector);
        try {
            action.run();
        } finally {
            logger.removeHandler(collector);
            logger.setUseParentHandlers(true);
        }
        return records;
    }
}
