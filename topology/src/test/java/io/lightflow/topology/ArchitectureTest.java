package io.lightflow.topology;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the packages of the topology module may depend on each other. */
class ArchitectureTest {
    private static final String ROOT = "io.lightflow.topology";
    private static final List<String> ADAPTERS = List.of("kafka", "postgres", "rocksdb", "aerospike", "enrichment");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static String in(String feature) {
        return ROOT + "." + feature + "..";
    }

    private static String[] others(String one, List<String> all) {
        return all.stream().filter(other -> !other.equals(one)).toArray(String[]::new);
    }

    static List<String> adapters() {
        return ADAPTERS.stream().map(ArchitectureTest::in).toList();
    }

    /** The packages of the topologies, as the one list names them. */
    static List<String> topologies() {
        return Topologies.ALL.stream()
                .map(topology -> topology.getClass().getPackageName() + "..")
                .toList();
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void nothingDependsOnTheMainClass() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT)
                .check(MAIN);
    }

    @Test
    void onlyTheTridentAdapterAndTheSubmittingCommandUseStorm() {
        noClasses()
                .that()
                .resideOutsideOfPackages(in("trident"), in("submit"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.storm..", "com.esotericsoftware..")
                .check(MAIN);
    }

    @Test
    void onlyTheSubmittingCommandDependsOnTheTridentAdapter() {
        noClasses()
                .that()
                .resideOutsideOfPackages(in("trident"), in("submit"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in("trident"))
                .check(MAIN);
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void adaptersDoNotKnowEachOther(String adapter) {
        noClasses()
                .that()
                .resideInAPackage(adapter)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others(adapter, adapters()))
                .check(MAIN);
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void topologiesDoNotKnowEachOther(String topology) {
        noClasses()
                .that()
                .resideInAPackage(topology)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others(topology, topologies()))
                .check(MAIN);
    }

    @Test
    void eachTopologyHasAPackageOfItsOwn() {
        assertThat(topologies()).doesNotHaveDuplicates();
        classes()
                .that()
                .implement(TopologyDescriptor.class)
                .should()
                .resideInAnyPackage(topologies().toArray(String[]::new))
                .check(MAIN);
    }

    /**
     * A class that names a single topology would have to change with the next one; retention serves one topology only.
     */
    @Test
    void whatServesEveryTopologyNamesNone() {
        noClasses()
                .that()
                .resideInAnyPackage(Stream.of(
                                ADAPTERS.stream(),
                                Stream.of(
                                        "descriptor",
                                        "loop",
                                        "metrics",
                                        "operator",
                                        "schema",
                                        "settings",
                                        "submit",
                                        "trident",
                                        "zookeeper"))
                        .flatMap(features -> features)
                        .map(ArchitectureTest::in)
                        .toArray(String[]::new))
                .and()
                .doNotHaveSimpleName("RetentionCommand")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(topologies().toArray(String[]::new))
                .check(MAIN);
    }
}
