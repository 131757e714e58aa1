package io.lightflow.lab.load;

import io.lightflow.producer.link.LinkKind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.util.BitSet;
import java.util.Locale;

/** Loads pixels, follows clicks and reports conversions, with minimal overhead. */
final class CaptureConnection implements PacedLoad.Connection<LinkKind> {
    private static final String LENGTH = "content-length:";
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final CaptureLoadRequests requests = new CaptureLoadRequests();
    /** Shared by all connections; guarded by itself. */
    private final BitSet answered;

    /** @param answered receives the numbers of requests whose events the server has promised to keep */
    CaptureConnection(URI server, BitSet answered) throws IOException {
        this.answered = answered;
        socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 13);
        out = socket.getOutputStream();
    }

    /** @throws IOException if the response is an error */
    @Override
    public LinkKind ask(long number) throws IOException {
        LinkKind kind = CaptureLoadRequests.kind(number);
        out.write(requests.request(number));
        String status = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
        }
        in.skipNBytes(length);
        String expected = kind == LinkKind.CLICK ? "302" : "200";
        if (!status.startsWith(expected, STATUS_AT)) {
            throw new IOException(
                    "request " + number + ", a " + kind + ": expected the status " + expected + ", found " + status);
        }
        synchronized (answered) {
            answered.set(Math.toIntExact(number));
        }
        return kind;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
