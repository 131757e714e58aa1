package io.lightflow.archive.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {
    @TempDir
    private Path folder;

    private final LocalFiles files = new LocalFiles();

    private String location(String name) {
        return folder.toUri() + "tables/" + name;
    }

    private void write(String name, String content) throws IOException {
        try (PositionOutputStream out = files.newOutputFile(location(name)).create()) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
            assertThat(out.getPos()).isEqualTo(content.length());
        }
    }

    @Test
    void aFileIsReadFromAnyPlace() throws IOException {
        write("a/b", "0123456789");

        assertThat(files.newInputFile(location("a/b")).getLength()).isEqualTo(10);
        try (SeekableInputStream in = files.newInputFile(location("a/b")).newStream()) {
            in.seek(7);
            assertThat(in.read()).isEqualTo('7');
            assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("89");
            assertThat(in.getPos()).isEqualTo(10);
        }
    }

    @Test
    void aFileIsNotWrittenTwice() throws IOException {
        write("a", "once");

        assertThatThrownBy(() -> write("a", "twice")).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void listingNamesFilesAsTheyWereWritten() throws IOException {
        write("x/1", "1");
        write("x/y/2", "2");
        write("z", "3");

        List<String> found = new ArrayList<>();
        files.listPrefix(location("x")).forEach(file -> found.add(file.location()));

        assertThat(found).containsExactlyInAnyOrder(location("x/1"), location("x/y/2"));
        assertThat(files.listPrefix(location("none"))).isEmpty();
    }

    @Test
    void aMissingFileIsNotFound() {
        assertThatThrownBy(() -> files.newInputFile(location("none")).newStream())
                .isInstanceOf(NotFoundException.class);
        files.deleteFile(location("none"));
    }
}
