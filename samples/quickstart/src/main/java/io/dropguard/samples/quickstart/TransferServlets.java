package io.dropguard.samples.quickstart;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/** Large bodies, each way, and the thread waits for its client: what slow clients hold on to. */
final class TransferServlets {
    /** 16 MiB: more than the socket buffers of both ends take. */
    private static final int CHUNKS = 256;

    private static final int CHUNK = 64 * 1024;

    private TransferServlets() {}

    /** {@code GET /download}: 16 MiB. */
    static final class Download extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.setContentType("application/octet-stream");
            response.setContentLength(CHUNKS * CHUNK);
            byte[] chunk = new byte[CHUNK];
            ServletOutputStream out = response.getOutputStream();
            for (int i = 0; i < CHUNKS; i++) out.write(chunk);
        }
    }

    /** {@code POST /upload}: says how many bytes came. */
    static final class Upload extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            long bytes;
            try (InputStream body = request.getInputStream()) {
                bytes = body.transferTo(OutputStream.nullOutputStream());
            }
            Json.write(response, Map.of("bytes", bytes));
        }
    }
}
