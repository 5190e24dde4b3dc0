package io.dropguard.spring.autoconfigure;

import jakarta.servlet.http.HttpServlet;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The smallest application that is guarded. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    SslAutoConfiguration.class,
    JettyServletWebServerAutoConfiguration.class,
    DropGuardAutoConfiguration.class
})
class HomeApplication {
    @Bean
    ServletRegistrationBean<HttpServlet> servlet(Work work) {
        return new ServletRegistrationBean<>(work, "/*");
    }
}
