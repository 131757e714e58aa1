package io.lightflow.deploy.options;

import io.lightflow.topology.settings.DataSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts of data in options, such as {@code 1GB}, as megabytes; a rest below one is cut off. */
public final class MegabytesOption implements ITypeConverter<Integer> {
    private static final long MEGABYTE = 1 << 20;

    @Override
    public Integer convert(String value) {
        try {
            return Math.toIntExact(DataSize.parse(value).bytes() / MEGABYTE);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
