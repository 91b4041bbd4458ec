import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod, link, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from '../../log/errors.js';
import type { Reader } from '../connection/open-reader.js';
import { backupFailed } from '../errors.js';

/** Pages per turn of the event loop: 2 MB. */
const PAGES_PER_TURN = 512;

/** Where a backup goes. @throws InvalidArgumentError when something is there already, or no folder is */
export function backupTarget(to: string): string {
  const target = resolve(to);
  if (existsSync(target)) {
    throw new InvalidArgumentError(
      'to',
      `There is a file at ${target} already. Choose another name, or remove it.`,
    );
  }
  if (!existsSync(dirname(target))) {
    throw new InvalidArgumentError('to', `The folder ${dirname(target)} does not exist. Create it.`);
  }
  return target;
}

/**
 * Copies the log as it stands, in one transaction of a connection of its own: on the writer's, every other process's commit would make
 * SQLite begin again, for ever under load. The file appears under its name only when it is whole and on the disk.
 */
export async function backup({ log, end }: Reader, target: string, signal: AbortSignal): Promise<void> {
  // Each has its own, or two backups to one name would write into each other's.
  const partial = `${target}.${crypto.randomUUID()}.partial`;
  try {
    // Whoever may not read the log may read no copy of it either, nor what there is of one.
    writeFileSync(partial, '', { flag: 'wx', mode: 0o600 });
    await log.database.backup(partial, {
      progress: () => {
        signal.throwIfAborted();
        return PAGES_PER_TURN;
      },
    });
    if (log.files.path !== undefined) await chmod(partial, statSync(log.files.path).mode);
    await appear(partial, target);
    await flushFolder(dirname(target));
  } catch (error) {
    throw backupFailed(error, target);
  } finally {
    end();
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(partial + suffix, { force: true });
  }
}

/** @throws InvalidArgumentError when another backup was faster: its file stays */
async function appear(partial: string, target: string): Promise<void> {
  try {
    await link(partial, target);
  } catch {
    // Either there is a file, or the file system has no links.
    backupTarget(target);
    await rename(partial, target);
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
