package io.lightflow.topology.trident;

import org.apache.storm.topology.BasicOutputCollector;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseBasicBolt;
import org.apache.storm.trident.topology.MasterBatchCoordinator;
import org.apache.storm.trident.topology.TransactionAttempt;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/**
 * Tells the tasks of the spout that a batch begins. Trident's own coordinator also keeps the metadata of the batch in
 * ZooKeeper; a batch of this platform has none. Storm calls it by one thread.
 */
final class BatchRelay extends BaseBasicBolt {
    private static final long serialVersionUID = 1L;

    @Override
    public void execute(Tuple input, BasicOutputCollector collector) {
        if (input.getSourceStreamId().equals(MasterBatchCoordinator.BATCH_STREAM_ID)) {
            TransactionAttempt attempt = (TransactionAttempt) input.getValue(0);
            collector.emit(MasterBatchCoordinator.BATCH_STREAM_ID, new Values(attempt, attempt.getTransactionId()));
        }
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        // Trident's coordinator has declared them.
        throw new UnsupportedOperationException("replaces a component whose streams are declared already");
    }
}
