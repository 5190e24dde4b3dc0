package io.dropguard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.dropguard.cancel.InterruptScope;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Dependencies point one way. */
class ArchitectureTest {
    private static final JavaClasses CORE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.dropguard");

    @Test
    void theRulesSeeTheWholeModule() {
        assertThat(CORE.stream().map(JavaClass::getPackageName))
                .contains(
                        "io.dropguard",
                        "io.dropguard.cancel",
                        "io.dropguard.connector",
                        "io.dropguard.exchange");
        assertThat(CORE.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void cancellationDependsOnTheJdkOnly() {
        onlyDependsOn("io.dropguard.cancel", "java..", "org.jspecify.annotations").check(CORE);
    }

    @Test
    void theKernelDependsOnJna() {
        onlyDependsOn(
                        "io.dropguard.kernel",
                        "com.sun.jna..",
                        "java..",
                        "org.jspecify.annotations",
                        "org.slf4j")
                .check(CORE);
    }

    @Test
    void theConnectorDependsOnCancellationTheKernelAndJettyCore() {
        onlyDependsOn(
                        "io.dropguard.connector",
                        "io.dropguard.cancel",
                        "io.dropguard.kernel",
                        "io.dropguard.monitor",
                        "java..",
                        "org.eclipse.jetty.http..",
                        "org.eclipse.jetty.http2..",
                        "org.eclipse.jetty.io..",
                        "org.eclipse.jetty.server..",
                        "org.eclipse.jetty.util..",
                        "org.jspecify.annotations",
                        "org.slf4j")
                .check(CORE);
    }

    @Test
    void theMonitorDependsOnCancellation() {
        onlyDependsOn(
                        "io.dropguard.monitor",
                        "io.dropguard.cancel",
                        "java..",
                        "org.jspecify.annotations",
                        "org.slf4j")
                .check(CORE);
    }

    @Test
    void heartbeatsDependOnJettysHttpTypes() {
        onlyDependsOn(
                        "io.dropguard.heartbeat",
                        "java..",
                        "org.eclipse.jetty.http",
                        "org.jspecify.annotations")
                .check(CORE);
    }

    @Test
    void theExchangeDependsOnTheConnectorCancellationHeartbeatsAndJettyCore() {
        onlyDependsOn(
                        "io.dropguard.exchange",
                        "io.dropguard.cancel",
                        "io.dropguard.connector",
                        "io.dropguard.heartbeat",
                        "io.dropguard.monitor",
                        "java..",
                        "jdk.jfr",
                        "org.eclipse.jetty.http..",
                        "org.eclipse.jetty.http2", // optional: see GoAway
                        "org.eclipse.jetty.io..",
                        "org.eclipse.jetty.server..",
                        "org.eclipse.jetty.util..",
                        "org.jspecify.annotations",
                        "org.slf4j")
                .check(CORE);
    }

    @Test
    void theLogDependsOnTheExchangeJettyAndJackson() {
        onlyDependsOn(
                        "io.dropguard.log",
                        "io.dropguard.cancel",
                        "io.dropguard.exchange",
                        "io.dropguard.monitor",
                        "java..",
                        "org.eclipse.jetty.http..",
                        "org.eclipse.jetty.io..",
                        "org.eclipse.jetty.server..",
                        "org.eclipse.jetty.util..",
                        "org.jspecify.annotations",
                        "org.slf4j..",
                        "tools.jackson.core..")
                .check(CORE);
    }

    @Test
    void theConsoleDependsOnWhatItShowsJettyAndJackson() {
        onlyDependsOn(
                        "io.dropguard.console",
                        "io.dropguard.cancel",
                        "io.dropguard.connector",
                        "io.dropguard.exchange",
                        "io.dropguard.monitor",
                        "java..",
                        "org.eclipse.jetty.http..",
                        "org.eclipse.jetty.io..",
                        "org.eclipse.jetty.server..",
                        "org.eclipse.jetty.util..",
                        "org.jspecify.annotations",
                        "org.slf4j",
                        "tools.jackson.core..")
                .check(CORE);
    }

    @Test
    void managementDependsOnWhatItShowsJettysUtilAndMicrometer() {
        onlyDependsOn(
                        "io.dropguard.management",
                        "io.dropguard.cancel",
                        "io.dropguard.exchange",
                        "io.dropguard.monitor",
                        "io.micrometer.core..",
                        "java..",
                        "jdk.jfr",
                        "org.eclipse.jetty.util..",
                        "org.jspecify.annotations")
                .check(CORE);
        noClasses()
                .that()
                .doNotHaveSimpleName("DropGuardMetrics")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .because("it is optional")
                .check(CORE);
    }

    @Test
    void downstreamCallsDependOnCancellationAndJettysClient() {
        onlyDependsOn(
                        "io.dropguard.downstream",
                        "io.dropguard.cancel",
                        "java..",
                        "org.eclipse.jetty.client..",
                        "org.eclipse.jetty.http..",
                        "org.jspecify.annotations")
                .check(CORE);
    }

    @Test
    void nothingDependsOnTheRoot() {
        noClasses()
                .that()
                .resideInAPackage("io.dropguard.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.dropguard")
                .check(CORE);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.dropguard.(*)..").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void nothingInCoreTouchesServletsOrSpring() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "jakarta..",
                        "javax.servlet..",
                        "org.springframework..",
                        "org.eclipse.jetty.ee..",
                        "org.eclipse.jetty.ee8..",
                        "org.eclipse.jetty.ee9..",
                        "org.eclipse.jetty.ee10..",
                        "org.eclipse.jetty.ee11..")
                .check(CORE);
    }

    @Test
    void onlyAnInterruptScopeInterrupts() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(InterruptScope.class)
                .and()
                .resideOutsideOfPackage("io.dropguard.log") // it keeps its own threads' interrupts
                .should()
                .callMethod(Thread.class, "interrupt")
                .orShould()
                .callMethod(Thread.class, "interrupted")
                .check(CORE);
        classes()
                .that()
                .belongToAnyOf(InterruptScope.class)
                .and()
                .areNotMemberClasses()
                .should()
                .callMethod(Thread.class, "interrupt")
                .because("otherwise the rule above looks for the wrong method")
                .check(CORE);
    }

    @Test
    void nothingIsPrinted() {
        // the testkit, which is published nowhere, looks at what is logged there
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
                CORE.that(JavaClass.Predicates.resideOutsideOfPackage("io.dropguard.testkit")));
    }

    @Test
    void publicClassesAreFinal() {
        classes()
                .that()
                .arePublic()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(CORE);
    }

    private static ArchRule onlyDependsOn(String aPackage, String... allowed) {
        String[] withItself = Arrays.copyOf(allowed, allowed.length + 1);
        withItself[allowed.length] = aPackage;
        return classes()
                .that()
                .resideInAPackage(aPackage)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(withItself);
    }
}
