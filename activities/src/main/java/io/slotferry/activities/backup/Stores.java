package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.workflows.contract.BackupTarget;
import io.slotferry.workflows.contract.FailureKind;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Opens the stores that requests name. */
final class Stores {
    private Stores() {}

    /** The store of a request; the caller closes it. */
    static BackupStore open(String store) {
        BackupTarget target = BackupTarget.parse(store);
        if (target instanceof BackupTarget.Folder folder) {
            return new FolderStore(path(folder.path()));
        }
        throw new Halted(
                FailureKind.BACKUP_STORE,
                "A store in S3 is not built yet.",
                List.of(),
                "name a folder on the worker, \"file:FOLDER\", then start again");
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new Halted(
                    FailureKind.BACKUP_STORE,
                    "The worker cannot have a folder of that name.",
                    List.of(e.getMessage()),
                    "name another folder in backup, then start again");
        }
    }
}
