package io.dropguard.samples.boot;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.spring.Heartbeat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reports that take their time. Thread-safe. */
@RestController
class ReportController {
    private final Sales sales;

    ReportController(Sales sales) {
        this.sales = sales;
    }

    /** White space keeps the line of those alive who wait. */
    @GetMapping(path = "/similar-customers", produces = "application/json")
    @Heartbeat(interval = "5s")
    @Nullable List<Sales.Pair> similarCustomers(
            @RequestParam(name = "articles", defaultValue = "20") int articles,
            CancellationToken token) {
        return sales.similarCustomers(articles, token);
    }

    @GetMapping("/running-queries")
    List<String> running() {
        return sales.running();
    }
}
