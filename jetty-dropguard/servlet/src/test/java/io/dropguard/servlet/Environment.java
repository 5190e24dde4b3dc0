package io.dropguard.servlet;

import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import jakarta.servlet.Servlet;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** Jetty's servlet containers, which run side by side. */
enum Environment {
    EE10 {
        @Override
        Handler contextOf(Servlet servlet) {
            var context = new org.eclipse.jetty.ee10.servlet.ServletContextHandler();
            var holder = new org.eclipse.jetty.ee10.servlet.ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, "/*");
            return context;
        }
    },
    EE11 {
        @Override
        Handler contextOf(Servlet servlet) {
            var context = new org.eclipse.jetty.ee11.servlet.ServletContextHandler();
            var holder = new org.eclipse.jetty.ee11.servlet.ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, "/*");
            return context;
        }
    };

    /** A context in which the servlet, async supported, handles every request. */
    abstract Handler contextOf(Servlet servlet);

    TestServer.Builder server(Protocol protocol, Servlet servlet) {
        return TestServer.speaking(protocol).handledBy(contextOf(servlet));
    }

    /** Virtual threads where the JDK has them, and pooled ones where it has not. */
    static ThreadPool newestThreads() {
        QueuedThreadPool pool = new QueuedThreadPool();
        if (VirtualThreads.areSupported())
            pool.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        return pool;
    }
}
