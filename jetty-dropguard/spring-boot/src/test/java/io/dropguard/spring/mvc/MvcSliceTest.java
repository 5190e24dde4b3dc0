package io.dropguard.spring.mvc;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Deadline;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A controller's test without a server, and with DropGuard switched off. */
@WebMvcTest(properties = "dropguard.enabled=false")
class MvcSliceTest {
    @Autowired private MockMvc mvc;

    @Test
    void aControllersTokenIsThereAndNeverCancelled() throws Exception {
        mvc.perform(get("/")).andExpect(content().string("true Deadline[never]"));
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {}

    @RestController
    static class Controller {
        @GetMapping("/")
        String tell(CancellationToken token, Deadline deadline) {
            return (token == CancellationToken.none()) + " " + deadline;
        }
    }
}
