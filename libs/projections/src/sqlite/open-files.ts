import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { SqliteReadModels } from './sqlite-read-models.js';

export interface OpenedFiles {
  readonly log?: SqliteEventStore;
  readonly readModels?: SqliteReadModels;
  close(): Promise<void>;
}

/** Opens files by name. Neither is created: a name that is mistyped is an error, not an empty log. */
export async function openFiles(files: {
  readonly log?: string | undefined;
  readonly readModels?: string | undefined;
}): Promise<OpenedFiles> {
  const log =
    files.log === undefined ? undefined : await SqliteEventStore.open({ file: files.log, create: false });
  try {
    const readModels =
      files.readModels === undefined
        ? undefined
        : await SqliteReadModels.open({ file: files.readModels, create: false });
    const close = async (): Promise<void> => {
      await readModels?.close();
      await log?.close();
    };
    return { ...(log && { log }), ...(readModels && { readModels }), close };
  } catch (error) {
    await log?.close();
    throw error;
  }
}
