package io.slotferry.workflows.contract;

/** The phases of an expansion, in their usual order; ADD_REPLICAS may stand before RESHARD, ROLLBACK after any. */
public enum Phase {
    PREFLIGHT("preflight"),
    PLAN("plan"),
    BACKUP("backup"),
    ADD_MASTERS("add masters"),
    RESHARD("reshard"),
    ADD_REPLICAS("add replicas"),
    VALIDATE("validate"),
    ROLLBACK("rollback"),
    REPORT("report");

    private final String words;

    Phase(String words) {
        this.words = words;
    }

    /** For a person. */
    public String words() {
        return words;
    }
}
