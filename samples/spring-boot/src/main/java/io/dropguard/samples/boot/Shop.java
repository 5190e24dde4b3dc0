package io.dropguard.samples.boot;

import io.dropguard.spring.ClientLossEvent;
import java.net.http.HttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/**
 * Runs the shop.
 *
 * <pre>
 * java -jar shop.jar
 * curl http://localhost:8080/similar-customers      # takes minutes; press Ctrl-C
 * curl http://localhost:8080/running-queries        # and it is gone
 * </pre>
 */
@SpringBootApplication
public class Shop {
    private static final Logger LOG = LoggerFactory.getLogger(Shop.class);

    public static void main(String[] arguments) {
        SpringApplication.run(Shop.class, arguments);
    }

    @Bean
    HttpClient httpClient() {
        return HttpClient.newHttpClient();
    }

    @EventListener
    void on(ClientLossEvent lost) {
        LOG.info("{} on {}", lost.loss().describe(), lost.method());
    }
}
