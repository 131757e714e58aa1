package io.lightflow.topology.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.TraceParent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ArchiveEntryCodecTest {
    private static BlockEntry copy(BlockEntry entry) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ArchiveEntryCodec().write(new DataOutputStream(bytes), entry);
        return new ArchiveEntryCodec().read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void entriesAreReadAsTheyWereWritten() throws IOException {
        ArchiveRecord record = new ArchiveRecord(7, 1_000, new byte[] {1}, new byte[] {2, 3}, null);
        TraceParent trace = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
        ArchiveRecord traced = new ArchiveRecord(7, 1_000, new byte[] {1}, new byte[] {2, 3}, trace);

        assertThat(copy(record)).usingRecursiveComparison().isEqualTo(record);
        assertThat(copy(traced)).usingRecursiveComparison().isEqualTo(traced);
        assertThat(copy(new ArchiveRecord(8, 2_000, null, null, null)))
                .usingRecursiveComparison()
                .isEqualTo(new ArchiveRecord(8, 2_000, null, null, null));
        assertThat(copy(new BeaconMark(9, 3_000, "web-1"))).isEqualTo(new BeaconMark(9, 3_000, "web-1"));
    }
}
