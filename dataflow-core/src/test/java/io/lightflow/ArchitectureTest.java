package io.lightflow;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** How the packages of the core may depend on each other. The build itself admits no library but Avro. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.lightflow");

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.lightflow.(*)..").should().beFreeOfCycles().check(MAIN);
    }
}
