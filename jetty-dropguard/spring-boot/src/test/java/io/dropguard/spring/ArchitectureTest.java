package io.dropguard.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Dependencies point one way: to the core and to Spring. */
class ArchitectureTest {
    private static final JavaClasses STARTER =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.dropguard.spring");

    @Test
    void theRulesSeeTheWholeModule() {
        assertThat(STARTER.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrder(
                        "io.dropguard.spring",
                        "io.dropguard.spring.actuate",
                        "io.dropguard.spring.autoconfigure",
                        "io.dropguard.spring.mvc");
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("io.dropguard.(**)").should().beFreeOfCycles().check(STARTER);
    }

    @Test
    void onlyTheSetUpKnowsAllParts() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.dropguard.spring.autoconfigure")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.dropguard.spring.autoconfigure")
                .check(STARTER);
        noClasses()
                .that()
                .resideInAPackage("io.dropguard.spring.mvc")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.dropguard.spring.actuate")
                .check(STARTER);
    }

    /** Others' auto-configurations come before and after ours, and so have to name them. */
    @Test
    void ofTheSetUpOnlyTheAutoConfigurationsArePublic() {
        classes()
                .that()
                .resideInAPackage("io.dropguard.spring.autoconfigure")
                .and()
                .arePublic()
                .should()
                .beAnnotatedWith(AutoConfiguration.class)
                .check(STARTER);
        classes()
                .that()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(STARTER);
    }

    @Test
    void beansAreMadeByPackagePrivateMethods() {
        methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate().check(STARTER);
    }

    @Test
    void nothingIsPrinted() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(STARTER);
    }
}
