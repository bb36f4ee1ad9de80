package io.slotferry.sandbox.faults;

import java.util.SplittableRandom;

/**
 * The cluster, its data, and how it is asked to grow.
 *
 * @param server index into the servers at hand, from 0 to 1
 * @param replicas whether each old master has a replica
 * @param newReplicas whether each new master gets one
 * @param appendOnly whether nodes persist, so that they come back with their data
 * @param wander what cluster-allow-replica-migration is before the run
 * @param fast pacing FAST instead of STEADY with {@code pauseSeconds}
 * @param workers how many worker processes
 * @param migration AUTO or KEYS: by the servers' own migration, where they offer it, or key by key in any case
 */
record RunShape(
        double server,
        int masters,
        boolean replicas,
        int newMasters,
        boolean newReplicas,
        boolean appendOnly,
        boolean password,
        boolean wander,
        int batchSlots,
        int lanes,
        boolean fast,
        int pauseSeconds,
        String attachReplicas,
        int workers,
        int keys,
        String migration) {

    static final long NODE_TIMEOUT_MILLIS = 3_000;

    static RunShape of(SplittableRandom random) {
        double server = random.nextDouble();
        int masters = random.nextInt(100) < 15 ? 2 : random.nextInt(100) < 70 ? 3 : 4;
        boolean replicas = random.nextInt(100) < 75;
        int newMasters = random.nextInt(100) < 65 ? 1 : 2;
        boolean newReplicas = replicas && random.nextInt(100) < 80;
        boolean fast = random.nextInt(100) < 40;
        return new RunShape(
                server,
                masters,
                replicas,
                newMasters,
                newReplicas,
                random.nextInt(100) < (replicas ? 45 : 70),
                random.nextInt(100) < 30,
                random.nextInt(100) < 70,
                fast ? 100 + 50 * random.nextInt(4) : 300 + 100 * random.nextInt(4),
                1 + random.nextInt(4),
                fast,
                fast ? 0 : 1,
                new String[] {"AUTO", "AUTO", "BEFORE_RESHARD", "AFTER_RESHARD"}[random.nextInt(4)],
                1 + random.nextInt(2),
                2_000 + random.nextInt(5) * 1_000,
                random.nextInt(100) < 60 ? "AUTO" : "KEYS");
    }

    /** Whether a master that is killed leaves its data behind: in its replica, if others can elect it, or in its file. */
    boolean survivesKill() {
        return appendOnly || (replicas && masters >= 3);
    }

    @Override
    public String toString() {
        return masters + "+" + newMasters + " masters" + (replicas ? ", replicas" : "")
                + (replicas && !newReplicas ? " but new ones" : "") + (appendOnly ? ", append-only" : "")
                + (password ? ", password" : "") + ", " + (fast ? "fast" : "steady") + ", batches of " + batchSlots
                + ", migration " + migration + ", " + workers + (workers == 1 ? " worker" : " workers");
    }
}
