package io.lightflow.topology.rocksdb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.HyperClockCache;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.WALRecoveryMode;

/**
 * RocksDB's settings for rows that are read by key and grow by appending, on a machine that is busy with other things.
 */
final class Tuning {
    private static final long MIB = 1L << 20;
    private static final int BLOOM_BITS_PER_ROW = 10;
    private static final int BACKGROUND_JOBS = 2;
    /**
     * Puts all appended cells together in one pass. {@code StringAppendOperator} writes the same bytes, but copies the
     * row once per cell: 10,000 cells took it 26 ms, this one 1 ms. To bound the number of cells with
     * {@code max_successive_merges} instead costs every written cell 0.7 us.
     */
    private static final String APPEND = "id=StringAppendTESTOperator;delimiter=";

    /** A row is looked for beside the one of its kind that was written last, see {@link RowOrder}. */
    private static final Properties BESIDE_THE_LAST = new Properties();

    static {
        BESIDE_THE_LAST.setProperty("memtable_insert_with_hint_prefix_extractor", "rocksdb.FixedPrefix.1");
    }

    private final DBOptions databaseOptions;
    private final ColumnFamilyOptions rowOptions;

    /** @param resources takes everything that must be closed after the database */
    Tuning(RocksDbSettings settings, Deque<AutoCloseable> resources) {
        Cache cache = RowDatabase.keep(resources, new HyperClockCache(settings.blockCacheMb() * MIB, 0, -1, false));
        BloomFilter bloom = RowDatabase.keep(resources, new BloomFilter(BLOOM_BITS_PER_ROW, false));
        rowOptions = RowDatabase.keep(resources, ColumnFamilyOptions.getColumnFamilyOptionsFromProps(BESIDE_THE_LAST))
                .setMergeOperatorName(APPEND)
                .setWriteBufferSize(32 * MIB)
                .setMaxWriteBufferNumber(3)
                .setCompressionPerLevel(compressedFromLevel2())
                .setMemtablePrefixBloomSizeRatio(0.05)
                .setMemtableWholeKeyFiltering(true)
                .setLevelCompactionDynamicLevelBytes(true)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                        .setFilterPolicy(bloom)
                        .setWholeKeyFiltering(true)
                        .setFormatVersion(6));
        databaseOptions = RowDatabase.keep(resources, new DBOptions())
                .setCreateIfMissing(true)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setDbWriteBufferSize(96 * MIB)
                .setMaxTotalWalSize(512 * MIB)
                // A cut-off last record was never acknowledged; anything else that is missing is an error, not a loss.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(8 * MIB)
                .setKeepLogFileNum(3)
                .setStatsDumpPeriodSec(0);
    }

    /** What was written lately is read most. */
    private static List<CompressionType> compressedFromLevel2() {
        List<CompressionType> byLevel = new ArrayList<>(Collections.nCopies(7, CompressionType.LZ4_COMPRESSION));
        byLevel.set(0, CompressionType.NO_COMPRESSION);
        byLevel.set(1, CompressionType.NO_COMPRESSION);
        return byLevel;
    }

    DBOptions databaseOptions() {
        return databaseOptions;
    }

    ColumnFamilyOptions rowOptions() {
        return rowOptions;
    }
}
