package io.lightflow.lab.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.util.List;

/**
 * Requests decisions about campaigns in turn, with minimal overhead. The kinds of requests are those with a positive
 * and those with a negative decision.
 */
final class DecisionConnection implements PacedLoad.Connection<Boolean> {
    private static final byte[] OK = "HTTP/1.1 200 ".getBytes(US_ASCII);
    private static final byte[] LENGTH = "\r\nContent-Length: ".getBytes(US_ASCII);
    private static final byte[] END = "\r\n\r\n".getBytes(US_ASCII);

    private final byte[][] requests;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] answer = new byte[4096];

    /** @param requests the result of {@link #requests} */
    DecisionConnection(URI server, byte[][] requests) throws IOException {
        this.requests = requests;
        socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** @param token null to send none */
    static byte[][] requests(URI server, String token, List<String> campaigns) {
        return campaigns.stream()
                .map(campaign -> request(server, token, campaign))
                .toArray(byte[][]::new);
    }

    private static byte[] request(URI server, String token, String campaign) {
        String id = URLEncoder.encode(campaign, UTF_8).replace("+", "%20");
        return ("GET /v1/campaigns/" + id + "/decision HTTP/1.1\r\nHost: " + server.getHost() + ":" + server.getPort()
                        + (token == null ? "" : "\r\nAuthorization: Bearer " + token) + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /**
     * @return whether to bid for the campaign
     * @throws IOException if the response is not a decision
     */
    @Override
    public Boolean ask(long number) throws IOException {
        out.write(requests[(int) (number % requests.length)]);
        int length = 0;
        int bodyAt = -1;
        int whole = Integer.MAX_VALUE;
        while (length < whole) {
            int read = in.read(answer, length, answer.length - length);
            if (read <= 0) {
                throw new IOException("the reports server closed the connection");
            }
            length += read;
            if (bodyAt < 0) {
                int end = find(END, length);
                if (end >= 0) {
                    bodyAt = end + END.length;
                    whole = bodyAt + contentLength(bodyAt);
                }
            }
        }
        for (int i = 0; i < OK.length; i++) {
            if (answer[i] != OK[i]) {
                throw new IOException("expected a decision, found " + new String(answer, 0, length, US_ASCII));
            }
        }
        // {"decision":"…","may_bid":true} or false}
        return answer[whole - 2] == 'e' && answer[whole - 3] == 'u';
    }

    private int contentLength(int end) throws IOException {
        int at = find(LENGTH, end);
        if (at < 0) {
            throw new IOException(
                    "expected a response with Content-Length, found " + new String(answer, 0, end, US_ASCII));
        }
        int length = 0;
        for (int i = at + LENGTH.length; answer[i] >= '0' && answer[i] <= '9'; i++) {
            length = length * 10 + answer[i] - '0';
        }
        return length;
    }

    private int find(byte[] wanted, int length) {
        for (int i = 0; i <= length - wanted.length; i++) {
            int same = 0;
            while (same < wanted.length && answer[i + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
