package io.lightflow.store;

import java.nio.ByteBuffer;
import java.util.List;

/** Tells which cells are the same, for fakes of the store. The arrays are not copied. */
public final class CellIdentity {
    private CellIdentity() {}

    public static List<Object> of(NewCell cell) {
        return List.of(ByteBuffer.wrap(cell.row()), ByteBuffer.wrap(cell.key()));
    }

    public static List<Object> of(EventCell cell) {
        return List.of(
                cell.type(),
                ByteBuffer.wrap(cell.joinKey()),
                ByteBuffer.wrap(cell.id()),
                cell.takeover(),
                cell.seenAt(),
                cell.origin());
    }

    public static List<Object> content(NewCell cell) {
        return List.of(ByteBuffer.wrap(cell.value()));
    }

    public static List<Object> content(EventCell cell) {
        return List.of(cell.time(), ByteBuffer.wrap(cell.value()));
    }
}
