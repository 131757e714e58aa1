package io.lightflow.topology.operator;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The names that an option for a topology takes. */
public final class TopologyNames implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Topologies.ALL.stream().map(TopologyDescriptor::name).iterator();
    }

    /** Finds a topology by its name. Former releases took names such as {@code STATS_COUNTER}, which still work. */
    public static final class Converter implements ITypeConverter<TopologyDescriptor> {
        @Override
        public TopologyDescriptor convert(String name) {
            try {
                return Topologies.named(name.toLowerCase(Locale.ROOT).replace('_', '-'));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
