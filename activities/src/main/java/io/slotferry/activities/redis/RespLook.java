package io.slotferry.activities.redis;

/** Looks at a real node, over a connection that the next look may use again. */
final class RespLook extends RespNode {
    private final IdleLooks idle;
    private boolean changed;
    private boolean closed;

    RespLook(RespConnection connection, IdleLooks idle) {
        super(connection);
        this.idle = idle;
    }

    @Override
    public void readOnly() {
        changed = true;
        super.readOnly();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (changed || !inFirstDatabase() || !connection.alive()) {
            connection.close();
        } else {
            idle.keep(connection);
        }
    }
}
