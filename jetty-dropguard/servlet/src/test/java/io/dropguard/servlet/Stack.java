package io.dropguard.servlet;

import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** Jetty's implementations of the Servlet specification, which differ in their packages. */
enum Stack {
    EE10 {
        @Override
        ContextHandler context() {
            return new org.eclipse.jetty.ee10.servlet.ServletContextHandler();
        }

        @Override
        void add(ContextHandler context, Servlet servlet, String name, String pattern) {
            org.eclipse.jetty.ee10.servlet.ServletHolder holder =
                    new org.eclipse.jetty.ee10.servlet.ServletHolder(name, servlet);
            holder.setAsyncSupported(true);
            ((org.eclipse.jetty.ee10.servlet.ServletContextHandler) context)
                    .addServlet(holder, pattern);
        }

        @Override
        void add(
                ContextHandler context,
                Filter filter,
                String pattern,
                Map<String, String> parameters) {
            org.eclipse.jetty.ee10.servlet.FilterHolder holder =
                    new org.eclipse.jetty.ee10.servlet.FilterHolder(filter);
            holder.setName("guard of " + pattern + " " + parameters.keySet());
            holder.setAsyncSupported(true);
            holder.setInitParameters(parameters);
            ((org.eclipse.jetty.ee10.servlet.ServletContextHandler) context)
                    .addFilter(holder, pattern, DISPATCHES);
        }
    },
    EE11 {
        @Override
        ContextHandler context() {
            return new org.eclipse.jetty.ee11.servlet.ServletContextHandler();
        }

        @Override
        void add(ContextHandler context, Servlet servlet, String name, String pattern) {
            org.eclipse.jetty.ee11.servlet.ServletHolder holder =
                    new org.eclipse.jetty.ee11.servlet.ServletHolder(name, servlet);
            holder.setAsyncSupported(true);
            ((org.eclipse.jetty.ee11.servlet.ServletContextHandler) context)
                    .addServlet(holder, pattern);
        }

        @Override
        void add(
                ContextHandler context,
                Filter filter,
                String pattern,
                Map<String, String> parameters) {
            org.eclipse.jetty.ee11.servlet.FilterHolder holder =
                    new org.eclipse.jetty.ee11.servlet.FilterHolder(filter);
            holder.setName("guard of " + pattern + " " + parameters.keySet());
            holder.setAsyncSupported(true);
            holder.setInitParameters(parameters);
            ((org.eclipse.jetty.ee11.servlet.ServletContextHandler) context)
                    .addFilter(holder, pattern, DISPATCHES);
        }
    };

    private static final EnumSet<DispatcherType> DISPATCHES =
            EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC);

    abstract ContextHandler context();

    /** One of ee11 that is described by {@code WEB-INF/web.xml} in this directory. */
    static ContextHandler webApplication(Path directory) {
        WebAppContext context = new WebAppContext();
        context.setBaseResource(ResourceFactory.of(context).newResource(directory));
        context.setThrowUnavailableOnStartupException(true);
        return context;
    }

    abstract void add(ContextHandler context, Servlet servlet, String name, String pattern);

    abstract void add(
            ContextHandler context, Filter filter, String pattern, Map<String, String> parameters);

    /** A server in whose only context the servlet, async supported, handles every request. */
    TestServer.Builder server(Protocol protocol, Servlet servlet) {
        ContextHandler context = context();
        add(context, servlet, "servlet", "/*");
        return TestServer.speaking(protocol).handledBy(context);
    }

    /** Virtual threads where the JDK has them, and pooled ones where it has not. */
    static ThreadPool newestThreads() {
        QueuedThreadPool pool = new QueuedThreadPool();
        if (VirtualThreads.areSupported())
            pool.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        return pool;
    }
}
