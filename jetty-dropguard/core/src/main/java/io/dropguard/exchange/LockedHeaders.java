package io.dropguard.exchange;

import java.util.ListIterator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MimeTypes;
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

    LockedHeaders(HttpFields.Mutable headers, ResponseGate gate) {
        super(headers);
        this.gate = gate;
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
        return getWrapped().getField(header);
    }

    @Override
    public @Nullable HttpField getField(String name) {
        return getWrapped().getField(name);
    }

    @Override
    public @Nullable String get(HttpHeader header) {
        return getWrapped().get(header);
    }

    @Override
    public @Nullable String get(String name) {
        return getWrapped().get(name);
    }

    @Override
    public boolean contains(HttpHeader header) {
        return getWrapped().contains(header);
    }

    @Override
    public boolean contains(String name) {
        return getWrapped().contains(name);
    }

    @Override
    public ListIterator<HttpField> listIterator(int index) {
        return new LockedIterator(getWrapped().listIterator(index));
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

    private final class LockedIterator implements ListIterator<HttpField> {
        private final ListIterator<HttpField> iterator;

        LockedIterator(ListIterator<HttpField> iterator) {
            this.iterator = iterator;
        }

        @Override
        public void remove() {
            synchronized (gate) {
                if (!gate.isFrozen()) iterator.remove();
            }
        }

        @Override
        public void set(HttpField field) {
            synchronized (gate) {
                if (isOpenTo(field)) iterator.set(field);
            }
        }

        @Override
        public void add(HttpField field) {
            synchronized (gate) {
                if (isOpenTo(field)) iterator.add(field);
            }
        }

        @Override
        public boolean hasNext() {
            return iterator.hasNext();
        }

        @Override
        public HttpField next() {
            return iterator.next();
        }

        @Override
        public boolean hasPrevious() {
            return iterator.hasPrevious();
        }

        @Override
        public HttpField previous() {
            return iterator.previous();
        }

        @Override
        public int nextIndex() {
            return iterator.nextIndex();
        }

        @Override
        public int previousIndex() {
            return iterator.previousIndex();
        }
    }
}
