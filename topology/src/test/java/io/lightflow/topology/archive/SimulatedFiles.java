package io.lightflow.topology.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SupportsBulkOperations;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Files in memory, as one process sees them. A write that is struck leaves half a file. */
final class SimulatedFiles implements FileIO, SupportsBulkOperations, SupportsPrefixOperations {
    private static final long serialVersionUID = 1L;

    /** The disk that all processes share. */
    static final class Disk {
        private final InstantSource clock;
        /** In the order of creation: names that Iceberg gives are random. */
        private final Map<String, Stored> files = new LinkedHashMap<>();

        private final Map<String, Integer> numbers = new HashMap<>();

        Disk(InstantSource clock) {
            this.clock = clock;
        }

        private record Stored(byte[] bytes, long createdMs) {}

        /** The same in each run of a schedule, other than the name. */
        int number(String location) {
            return numbers.computeIfAbsent(location, absent -> numbers.size());
        }

        boolean contains(String location) {
            return files.containsKey(location);
        }

        Set<String> locations() {
            return Collections.unmodifiableSet(files.keySet());
        }
    }

    private final transient Disk disk;
    private final transient ArchiveFaults faults;

    SimulatedFiles(Disk disk, ArchiveFaults faults) {
        this.disk = disk;
        this.faults = faults;
    }

    @Override
    public InputFile newInputFile(String location) {
        Disk.Stored stored = disk.files.get(location);
        if (stored == null) {
            throw new NotFoundException("no file %s", location);
        }
        return new InMemoryInputFile(location, stored.bytes);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new OutputFile() {
            @Override
            public PositionOutputStream create() {
                if (disk.contains(location)) {
                    throw new AssertionError("file " + location + " is written twice");
                }
                return open(location);
            }

            @Override
            public PositionOutputStream createOrOverwrite() {
                return open(location);
            }

            @Override
            public String location() {
                return location;
            }

            @Override
            public InputFile toInputFile() {
                return newInputFile(location);
            }
        };
    }

    private PositionOutputStream open(String location) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new PositionOutputStream() {
            private boolean closed;

            @Override
            public long getPos() {
                return bytes.size();
            }

            @Override
            public void write(int oneByte) {
                bytes.write(oneByte);
            }

            @Override
            public void close() throws IOException {
                if (closed) {
                    return;
                }
                closed = true;
                try {
                    faults.strike(ArchiveFaults.Call.WRITE_FILE, disk.number(location));
                } catch (UncheckedIOException | ArchiveFaults.Killed e) {
                    byte[] half = Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2);
                    disk.files.put(location, new Disk.Stored(half, disk.clock.millis()));
                    throw e;
                }
                disk.files.put(location, new Disk.Stored(bytes.toByteArray(), disk.clock.millis()));
            }
        };
    }

    @Override
    public void deleteFile(String location) {
        faults.strike(ArchiveFaults.Call.DELETE_FILE, disk.number(location));
        disk.files.remove(location);
    }

    /** Iceberg passes sets of random names. */
    @Override
    public void deleteFiles(Iterable<String> locations) {
        StreamSupport.stream(locations.spliterator(), false)
                .sorted(Comparator.comparing(disk::number))
                .forEach(this::deleteFile);
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        List<FileInfo> found = new ArrayList<>();
        disk.files.forEach((location, stored) -> {
            if (location.startsWith(prefix)) {
                found.add(new FileInfo(location, stored.bytes.length, stored.createdMs));
            }
        });
        return found;
    }

    @Override
    public void deletePrefix(String prefix) {
        throw new UnsupportedOperationException("the archive deletes file by file");
    }
}
