package io.dropguard.exchange;

import java.util.ListIterator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * The response's headers as the application sees them, until somebody else commits the response. As
 * with Jetty's own, later changes are ignored; but one that would make a lie of the bytes that
 * follow is refused.
 *
 * <p>Confined to the application's thread, but for the moment of freezing, which the response's
 * lock separates from every change.
 */
final class LockedHeaders extends HttpFields.Mutable.Wrapper {
    private final ResponseGate gate;
    private final HttpFields.Mutable fields; // as they are read

    LockedHeaders(Response response, ResponseGate gate) {
        super(response.getHeaders());
        this.gate = gate;
        this.fields = response instanceof Response.Wrapper ? getWrapped() : innermost();
    }

    /** Jetty's own layers say what may be changed. To read through them takes iterators of each. */
    private HttpFields.Mutable innermost() {
        HttpFields.Mutable each = getWrapped();
        while (each instanceof HttpFields.Mutable.Wrapper wrapper) each = wrapper.getWrapped();
        return each;
    }

    ResponseGate gate() {
        return gate;
    }

    @Override
    public HttpFields.Mutable add(HttpField field) {
        synchronized (gate) {
            if (isOpenTo(field)) getWrapped().add(field);
            return this;
        }
    }

    @Override
    public HttpFields.Mutable put(HttpField field) {
        synchronized (gate) {
            if (isOpenTo(field)) getWrapped().put(field);
            return this;
        }
    }

    @Override
    public HttpFields.Mutable clear() {
        synchronized (gate) {
            if (!gate.isFrozen()) getWrapped().clear();
            return this;
        }
    }

    // Reads go straight to the fields: by default each would make an iterator of every layer.

    @Override
    public @Nullable HttpField getField(HttpHeader header) {
        return fields.getField(header);
    }

    @Override
    public @Nullable HttpField getField(String name) {
        return fields.getField(name);
    }

    @Override
    public @Nullable String get(HttpHeader header) {
        return fields.get(header);
    }

    @Override
    public @Nullable String get(String name) {
        return fields.get(name);
    }

    @Override
    public boolean contains(HttpHeader header) {
        return fields.contains(header);
    }

    @Override
    public boolean contains(String name) {
        return fields.contains(name);
    }

    @Override
    public ListIterator<HttpField> listIterator(int index) {
        return new LockedIterator(index);
    }

    // guarded by gate
    private boolean isOpenTo(HttpField field) {
        if (!gate.isFrozen()) return true;
        if (gate.isBegun()
                && (field.getHeader() == HttpHeader.CONTENT_ENCODING || isOtherType(field)))
            throw new IllegalStateException(
                    field
                            + " (expected: set before the first heartbeat, which has committed the"
                            + " response)");
        return false;
    }

    /** Whether bytes of this type would be misread, as another one was sent. */
    private boolean isOtherType(HttpField field) {
        if (field.getHeader() != HttpHeader.CONTENT_TYPE) return false;
        String late = field.getValue();
        String sent = get(HttpHeader.CONTENT_TYPE);
        if (late == null || sent == null) return late != null;
        String type = HttpField.getValueParameters(sent, null);
        if (!type.strip().equalsIgnoreCase(HttpField.getValueParameters(late, null).strip()))
            return true;
        String charset = MimeTypes.getCharsetFromContentType(sent);
        String lateCharset = MimeTypes.getCharsetFromContentType(late);
        return lateCharset != null && charset != null && !lateCharset.equalsIgnoreCase(charset);
    }

    /** Reads the fields themselves, and changes them through Jetty's layers, which may refuse. */
    private final class LockedIterator implements ListIterator<HttpField> {
        private ListIterator<HttpField> reads;
        private int next; // where it stands
        private int last = -1; // where that is which was read last, if it may be changed

        LockedIterator(int index) {
            reads = fields.listIterator(index);
            next = index;
        }

        @Override
        public void remove() {
            synchronized (gate) {
                ListIterator<HttpField> changed = atLast();
                if (gate.isFrozen()) return;
                int size = size();
                changed.remove();
                goOn(size() < size && last < next ? next - 1 : next);
                last = -1;
            }
        }

        @Override
        public void set(HttpField field) {
            synchronized (gate) {
                ListIterator<HttpField> changed = atLast();
                if (!isOpenTo(field)) return;
                changed.set(field);
                goOn(next);
            }
        }

        @Override
        public void add(HttpField field) {
            synchronized (gate) {
                if (!isOpenTo(field)) return;
                int size = size();
                getWrapped().listIterator(next).add(field);
                goOn(size() > size ? next + 1 : next);
                last = -1;
            }
        }

        private ListIterator<HttpField> atLast() {
            if (last < 0)
                throw new IllegalStateException("nothing was read (expected: next first)");
            ListIterator<HttpField> at = getWrapped().listIterator(last);
            at.next();
            return at;
        }

        private void goOn(int index) {
            reads = fields.listIterator(index);
            next = index;
        }

        @Override
        public boolean hasNext() {
            return reads.hasNext();
        }

        @Override
        public HttpField next() {
            HttpField read = reads.next();
            last = next++;
            return read;
        }

        @Override
        public boolean hasPrevious() {
            return reads.hasPrevious();
        }

        @Override
        public HttpField previous() {
            HttpField read = reads.previous();
            last = --next;
            return read;
        }

        @Override
        public int nextIndex() {
            return next;
        }

        @Override
        public int previousIndex() {
            return next - 1;
        }
    }
}
