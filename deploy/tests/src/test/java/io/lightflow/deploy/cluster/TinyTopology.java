package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.storm.Config;
import org.apache.storm.StormSubmitter;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/**
 * The smallest topology that shows that tuples flow: a spout counts, a bolt writes the count and its process id to a
 * file. Its main method takes the same arguments as the real topologies'; its settings hold the topology's name and the
 * file, and its parallelism is the number of workers.
 */
public final class TinyTopology {
    private static final String FILE = "tiny.file";

    private TinyTopology() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = List.of(arguments);
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(words.get(words.indexOf("--settings") + 1)))) {
            settings.load(reader);
        }
        TopologyBuilder builder = new TopologyBuilder();
        builder.setSpout("count", new Count());
        builder.setBolt("write", new Write()).globalGrouping("count");
        Config config = new Config();
        config.put(FILE, settings.getProperty("file"));
        config.put(Config.TOPOLOGY_WORKER_MAX_HEAP_SIZE_MB, 64.0);
        config.setNumAckers(0);
        config.setNumWorkers(Integer.parseInt(words.get(words.indexOf("--parallelism") + 1)));
        StormSubmitter.submitTopology(settings.getProperty("name"), config, builder.createTopology());
        System.out.println("submitted " + settings);
    }

    /** The bolt's last output: the process id of its worker, and the number of tuples that this worker has seen. */
    record Progress(long pid, long tuples) {
        static Progress in(Path file) {
            if (!Files.exists(file)) {
                return new Progress(-1, 0);
            }
            try {
                String[] words = Files.readString(file).strip().split(" ");
                return new Progress(Long.parseLong(words[0]), Long.parseLong(words[1]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static final class Count extends BaseRichSpout {
        private static final long serialVersionUID = 1;
        private static final long EVERY_NANOS = 10_000_000;

        private transient SpoutOutputCollector collector;
        private long last;
        private long count;

        @Override
        public void open(Map<String, Object> config, TopologyContext context, SpoutOutputCollector output) {
            this.collector = output;
        }

        @Override
        public void nextTuple() {
            long now = System.nanoTime();
            if (now - last >= EVERY_NANOS) {
                last = now;
                collector.emit(new Values(++count));
            }
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {
            declarer.declare(new Fields("count"));
        }
    }

    public static final class Write extends BaseRichBolt {
        private static final long serialVersionUID = 1;

        private transient Path file;
        private long tuples;

        @Override
        public void prepare(Map<String, Object> config, TopologyContext context, OutputCollector collector) {
            this.file = Path.of(config.get(FILE).toString());
        }

        @Override
        public void execute(Tuple input) {
            try {
                Path partial = file.resolveSibling(file.getFileName() + ".partial");
                Files.writeString(partial, ProcessHandle.current().pid() + " " + ++tuples);
                Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void declareOutputFields(OutputFieldsDeclarer declarer) {}
    }
}
