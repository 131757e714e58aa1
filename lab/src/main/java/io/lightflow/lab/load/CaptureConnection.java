package io.lightflow.lab.load;

import io.lightflow.producer.link.LinkKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A connection of {@link CaptureLoad} that has at most one request in flight. One thread sends, and another one reads
 * the response; the connection passes from one to the other with the request.
 */
final class CaptureConnection implements AutoCloseable {
    private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final int STATUS_LENGTH = 3;
    private static final int MAX_RESPONSE_BYTES = 1 << 13;

    private final SocketChannel channel;
    private final ByteBuffer response = ByteBuffer.allocateDirect(MAX_RESPONSE_BYTES);
    private final byte[] bytes = new byte[MAX_RESPONSE_BYTES];
    /** Due time of the request in flight; written before its number. */
    private long dueNanos;

    private volatile long number = -1;

    CaptureConnection(URI server, Selector selector) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** @param request fits into an empty send buffer, as every request does */
    void send(long requestNumber, long due, ByteBuffer request) throws IOException {
        dueNanos = due;
        number = requestNumber;
        channel.write(request);
        if (request.hasRemaining()) {
            throw new IOException("request " + requestNumber + ": expected to send it at once, found "
                    + request.remaining() + " bytes left");
        }
    }

    /**
     * Reads what has arrived.
     *
     * @return whether the response is whole
     * @throws IOException if the connection is closed, or the response is an error
     */
    boolean read() throws IOException {
        if (channel.read(response) < 0) {
            throw new IOException("request " + number + ": the server closed the connection");
        }
        int length = response.position();
        response.get(0, bytes, 0, length);
        int end = find(END, length);
        if (end < 0 || length < end + END.length + contentLength(end)) {
            if (!response.hasRemaining()) {
                throw new IOException("request " + number + ": expected a short response, found more than "
                        + MAX_RESPONSE_BYTES + " bytes");
            }
            return false;
        }
        String status = new String(bytes, STATUS_AT, STATUS_LENGTH, StandardCharsets.US_ASCII);
        String expected = kind() == LinkKind.CLICK ? "302" : "200";
        if (!status.equals(expected)) {
            throw new IOException(
                    "request " + number + ", a " + kind() + ": expected the status " + expected + ", found " + status);
        }
        response.clear();
        return true;
    }

    private int contentLength(int end) {
        int at = find(LENGTH, end);
        if (at < 0) {
            return 0;
        }
        int length = 0;
        for (int i = at + LENGTH.length; bytes[i] != '\r'; i++) {
            if (bytes[i] != ' ') {
                length = length * 10 + bytes[i] - '0';
            }
        }
        return length;
    }

    /** The index at which bytes of lower case begin, in any case; -1 if they are missing. */
    private int find(byte[] wanted, int length) {
        for (int i = 0; i <= length - wanted.length; i++) {
            int same = 0;
            while (same < wanted.length && lowerCase(bytes[i + same]) == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return i;
            }
        }
        return -1;
    }

    private static int lowerCase(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
    }

    long number() {
        return number;
    }

    LinkKind kind() {
        return CaptureLoadRequests.kind(number);
    }

    long dueNanos() {
        return dueNanos;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
