package io.lightflow.archive.commit;

import io.lightflow.archive.catalog.LocalFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** A storage that lists files by other names than those by which they were created, as HDFS does. */
public final class RenamingFiles implements FileIO, SupportsPrefixOperations {
    /** Properties: what a listed name begins with, instead of what. */
    static final String LISTED = "test.listed";

    static final String CREATED = "test.created";

    private static final long serialVersionUID = 1L;

    private final LocalFiles files = new LocalFiles();
    private String created;
    private String listed;

    @Override
    public void initialize(Map<String, String> properties) {
        created = properties.get(CREATED);
        listed = properties.get(LISTED);
    }

    private String local(String location) {
        return location.startsWith(listed) ? created + location.substring(listed.length()) : location;
    }

    @Override
    public InputFile newInputFile(String location) {
        return files.newInputFile(local(location));
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return files.newOutputFile(local(location));
    }

    @Override
    public void deleteFile(String location) {
        files.deleteFile(local(location));
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        List<FileInfo> all = new ArrayList<>();
        for (FileInfo file : files.listPrefix(local(prefix))) {
            all.add(new FileInfo(
                    listed + file.location().substring(created.length()), file.size(), file.createdAtMillis()));
        }
        return all;
    }

    @Override
    public void deletePrefix(String prefix) {
        files.deletePrefix(local(prefix));
    }
}
