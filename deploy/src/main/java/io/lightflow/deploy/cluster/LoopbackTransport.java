package io.lightflow.deploy.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.security.auth.Subject;
import org.apache.storm.security.auth.ReqContext;
import org.apache.storm.security.auth.SimpleTransportPlugin;
import org.apache.storm.thrift.TProcessor;
import org.apache.storm.thrift.protocol.TBinaryProtocol;
import org.apache.storm.thrift.server.THsHaServer;
import org.apache.storm.thrift.server.TServer;
import org.apache.storm.thrift.transport.TNonblockingServerSocket;
import org.apache.storm.thrift.transport.TTransportException;

/**
 * Storm's simple Thrift transport, bound to the loopback address. Storm itself listens on all addresses, and anyone who
 * reaches Nimbus can run any code. The wire protocol is the same, so clients need no change.
 *
 * <p>Runs inside Storm's daemons, from {@code extlib} of storm.home, so it may use only Storm and the JDK.
 */
public final class LoopbackTransport extends SimpleTransportPlugin {
    private volatile int servedPort;

    @Override
    public TServer getServer(TProcessor processor) throws TTransportException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), type.getPort(topoConf));
        TNonblockingServerSocket socket = new TNonblockingServerSocket(address);
        servedPort = socket.getPort();
        int threads = type.getNumThreads(topoConf);
        int maxBuffer = type.getMaxBufferSize(topoConf);
        THsHaServer.Args arguments = new THsHaServer.Args(socket)
                .processor(anonymous(processor))
                .protocolFactory(new TBinaryProtocol.Factory(false, true, maxBuffer, -1))
                .executorService(executor(threads, type.getQueueSize(topoConf)));
        arguments.maxReadBufferBytes = maxBuffer;
        return new THsHaServer(arguments);
    }

    @Override
    public int getPort() {
        return servedPort;
    }

    private static ExecutorService executor(int threads, Integer queueSize) {
        BlockingQueue<Runnable> queue =
                queueSize == null ? new LinkedBlockingQueue<>() : new ArrayBlockingQueue<>(queueSize);
        return new ThreadPoolExecutor(threads, threads, 60, TimeUnit.SECONDS, queue);
    }

    /** Every caller is anonymous and on this machine, as with Storm's simple transport. */
    private TProcessor anonymous(TProcessor processor) {
        Subject nobody = getDefaultSubject();
        return (in, out) -> {
            ReqContext context = ReqContext.context();
            context.setRemoteAddress(InetAddress.getLoopbackAddress());
            context.setSubject(nobody);
            processor.process(in, out);
        };
    }
}
