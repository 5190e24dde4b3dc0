package io.dropguard.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.resource.ResourceFactory;

/** Jetty's implementations of the Servlet specification, which differ in their packages. */
enum Stack {
    EE10 {
        @Override
        ContextHandler context() {
            return new org.eclipse.jetty.ee10.servlet.ServletContextHandler();
        }

        @Override
        void add(ContextHandler context, HttpServlet servlet, String name, String pattern) {
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
        void add(ContextHandler context, HttpServlet servlet, String name, String pattern) {
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

    abstract void add(ContextHandler context, HttpServlet servlet, String name, String pattern);

    abstract void add(
            ContextHandler context, Filter filter, String pattern, Map<String, String> parameters);
}
