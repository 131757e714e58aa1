package io.lightflow.archive.commit;

import java.util.List;
import org.apache.iceberg.DataFile;

/**
 * Files for one commit.
 *
 * @param writtenMs when the first of them was begun, ms since the Unix epoch
 */
public record NewFiles(List<DataFile> files, long writtenMs) {
    public NewFiles {
        files = List.copyOf(files);
    }
}
