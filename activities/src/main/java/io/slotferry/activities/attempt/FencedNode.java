package io.slotferry.activities.attempt;

import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.Particulars;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A changing connection on which every change asks first whether this attempt may still make it. */
record FencedNode(ChangingNode node, Lifeline lifeline, Duration limit) implements ChangingNode {
    private ChangingNode changing() {
        lifeline.assertMayChange(limit);
        return node;
    }

    @Override
    public void kill(long clientId) {
        changing().kill(clientId);
    }

    @Override
    public void meet(String ip, int port, int busPort) {
        changing().meet(ip, port, busPort);
    }

    @Override
    public void replicate(NodeId master) {
        changing().replicate(master);
    }

    @Override
    public void forget(NodeId forgotten) {
        changing().forget(forgotten);
    }

    @Override
    public void resetHard() {
        changing().resetHard();
    }

    @Override
    public void restoreFunctions(byte[] dump) {
        changing().restoreFunctions(dump);
    }

    @Override
    public void setConfig(String parameter, String value) {
        changing().setConfig(parameter, value);
    }

    @Override
    public List<Answer<Void>> setSlots(List<SlotChange> changes) {
        return changing().setSlots(changes);
    }

    @Override
    public Carried migrate(MigrateOrder order, List<List<byte[]>> calls, KeyLook next) {
        return changing().migrate(order, calls, next);
    }

    @Override
    public Answer<Void> exportSlots(SlotRanges slots, NodeId target) {
        return changing().exportSlots(slots, target);
    }

    @Override
    public Answer<Void> importSlots(SlotRanges slots) {
        return changing().importSlots(slots);
    }

    @Override
    public void cancelMigration(MigrationJobs.Kind kind, String job) {
        changing().cancelMigration(kind, job);
    }

    @Override
    public List<Long> countKeys(int database, List<Integer> slots) {
        return node.countKeys(database, slots);
    }

    @Override
    public Optional<Map<Integer, Long>> slotStats(String metric) {
        return node.slotStats(metric);
    }

    @Override
    public KeysSeen look(int database, KeyLook look) {
        return node.look(database, look);
    }

    @Override
    public SlotCheck check(Collection<Integer> databases, List<Integer> slots) {
        return node.check(databases, slots);
    }

    @Override
    public NodeAddress address() {
        return node.address();
    }

    @Override
    public NodeView view() {
        return node.view();
    }

    @Override
    public ServerInfo info() {
        return node.info();
    }

    @Override
    public void ping() {
        node.ping();
    }

    @Override
    public NodeId id() {
        return node.id();
    }

    @Override
    public Optional<String> config(String parameter) {
        return node.config(parameter);
    }

    @Override
    public Particulars particulars() {
        return node.particulars();
    }

    @Override
    public MigrationJobs migrationJobs() {
        return node.migrationJobs();
    }

    @Override
    public List<NamedClient> slotferryClients() {
        return node.slotferryClients();
    }

    @Override
    public Optional<byte[]> dump(int database, byte[] key, boolean asking) {
        return node.dump(database, key, asking);
    }

    @Override
    public Optional<byte[]> contents(int database, byte[] key, boolean asking) {
        return node.contents(database, key, asking);
    }

    @Override
    public void readOnly() {
        node.readOnly();
    }

    @Override
    public KeyPage scan(int database, String cursor, int count) {
        return node.scan(database, cursor, count);
    }

    @Override
    public String type(int database, byte[] key) {
        return node.type(database, key);
    }

    @Override
    public void close() {
        node.close();
    }
}
