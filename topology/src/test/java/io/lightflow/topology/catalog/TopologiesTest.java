package io.lightflow.topology.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.operator.TopologyNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Ledgers, ZooKeeper and Storm hold these names, so no release may change them. */
class TopologiesTest {
    @Test
    void persistedNamesStay() {
        assertThat(Topologies.ALL)
                .extracting(TopologyDescriptor::name)
                .startsWith("dataflow", "stats-counter", "archive");
        assertThat(Topologies.ALL)
                .extracting(topology -> topology.stormName("us"))
                .startsWith("lightflow-dataflow-us", "lightflow-stats-counter-us", "lightflow-archive-us");
        assertThat(Topologies.ALL)
                .extracting(topology -> topology.transactionId("us"))
                .startsWith("lightflow-dataflow-us", "lightflow-stats-counter-us", "lightflow-archive-us");
    }

    @Test
    void namesAreUnique() {
        assertThat(Topologies.ALL).extracting(TopologyDescriptor::name).doesNotHaveDuplicates();
    }

    @Test
    void everyTopologyIsFoundByItsName() {
        assertThat(Topologies.ALL).allSatisfy(topology -> assertThat(Topologies.named(topology.name()))
                .isSameAs(topology));
    }

    @Test
    void anUnknownNameIsAnErrorThatListsTheTopologies() {
        assertThatThrownBy(() -> Topologies.named("statistics"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("statistics", "dataflow", "stats-counter");
        assertThatThrownBy(() -> new TopologyNames.Converter().convert("statistics"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContainingAll("statistics", "dataflow", "stats-counter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stats-counter", "STATS_COUNTER", "stats_counter"})
    void optionsTakeNamesInTheFormsOfFormerReleases(String name) throws Exception {
        assertThat(new TopologyNames.Converter().convert(name).name()).isEqualTo("stats-counter");
    }
}
