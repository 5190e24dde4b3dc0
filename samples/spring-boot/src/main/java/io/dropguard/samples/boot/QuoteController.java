package io.dropguard.samples.boot;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.downstream.HttpCalls;
import io.dropguard.downstream.RemainingTime;
import io.dropguard.spring.ResponseDeadline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Asks a supplier, who is slow; for want of one the shop is its own. Thread-safe. */
@RestController
class QuoteController {
    private final HttpClient client;
    private final Environment environment;
    private final RemainingTime remaining = RemainingTime.in("Request-Timeout");

    QuoteController(HttpClient client, Environment environment) {
        this.client = client;
        this.environment = environment;
    }

    /** The call is aborted with the request, and the supplier is told how much time there is. */
    @GetMapping("/quote")
    @ResponseDeadline("${quote.deadline:1m}")
    String quote(CancellationToken token) throws IOException, InterruptedException {
        URI supplier = URI.create(environment.getRequiredProperty("supplier"));
        HttpRequest request = remaining.applyTo(HttpRequest.newBuilder(supplier), token).build();
        return HttpCalls.send(token, client, request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /** Spring interrupts a {@code Callable} whose client is lost. */
    @GetMapping("/supplier")
    Callable<String> supplier(@RequestParam(name = "seconds", defaultValue = "30") int seconds) {
        return () -> {
            TimeUnit.SECONDS.sleep(seconds);
            return "42.00";
        };
    }
}
