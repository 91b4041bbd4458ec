import { realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { LogDivergedError } from '../../log/errors.js';

/** The files as they were when the log was opened: SQLite goes on writing into a file that was deleted or replaced, and never says so. */
export class LogFiles {
  readonly #now: () => number;
  readonly #look: Look;
  #log: SeenFile | undefined;
  #journals: readonly SeenFile[] = [];
  #folder = '';
  #largest = 0;
  /** When something was last created, removed or renamed in the folder, by its own time stamp. */
  #folderChanged = Number.NaN;
  #folderChangeSeen = 0;
  #settled = false;

  /** `undefined`: the log is in memory. `now` is monotonic. */
  constructor(
    readonly path: string | undefined,
    now: () => number = () => performance.now(),
    look: Look = stats,
  ) {
    this.#now = now;
    this.#look = look;
  }

  get location(): string {
    return this.path ?? ':memory:';
  }

  /** The "-wal" that was opened with the log. */
  get journal(): SeenFile | undefined {
    return this.#journals.find(({ path }) => path.endsWith('-wal'));
  }

  /** Remembers what is there now. */
  remember(): void {
    if (this.path === undefined) return;
    // SQLite keeps the journals beside the file itself, not beside a link to it.
    const file = realpathSync(this.path);
    this.#log = this.#seen(this.path);
    this.#largest = this.#look(this.path)?.size ?? 0;
    this.#journals = [`${file}-wal`, `${file}-shm`]
      .map((path) => this.#seen(path))
      .filter((journal) => journal !== undefined);
    this.#folder = dirname(file);
    this.#settled = false;
  }

  /** What has become of the files, if anything. `size` is asked only when the log's file has shrunk: the size that it must have. */
  whatHappened(size: () => number): FileChange | undefined {
    if (this.path === undefined || this.#log === undefined) return undefined;
    const stats = this.#look(this.path);
    if (!stats) return 'deleted';
    if (!isSame(stats, this.#log)) return 'replaced';
    if (stats.size < this.#largest && stats.size < size()) return 'truncated';
    this.#largest = stats.size;
    return this.#whatHappenedBeside();
  }

  /**
   * Looks at the journals only when the folder may have changed: since Linux 6.13, whoever asks for a file's times makes the next write to
   * it take a new one, and then the next disk flush has that to write as well. That costs an append up to a fifth of its time.
   */
  #whatHappenedBeside(): FileChange | undefined {
    const changed = this.#look(this.#folder)?.ctimeMs ?? Number.NaN;
    if (this.#settled && changed === this.#folderChanged) return undefined;
    const now = this.#now();
    if (changed !== this.#folderChanged) this.#folderChangeSeen = now;
    this.#folderChanged = changed;
    this.#settled = false;
    for (const journal of this.#journals) {
      const stats = this.#look(journal.path);
      if (!stats) return 'journal-deleted';
      if (!isSame(stats, journal)) return 'journal-replaced';
    }
    this.#settled = now - this.#folderChangeSeen > coarseness(changed);
    return undefined;
  }

  #seen(path: string): SeenFile | undefined {
    const stats = this.#look(path);
    return stats && { path, inode: stats.ino, device: stats.dev };
  }
}

type Look = (path: string) => Stats | undefined;

export interface SeenFile {
  readonly path: string;
  readonly inode: number;
  readonly device: number;
}

export type FileChange = 'deleted' | 'replaced' | 'truncated' | 'journal-deleted' | 'journal-replaced';

const HAPPENED: Readonly<Record<FileChange, string>> = {
  deleted: 'was deleted while it was open',
  replaced: 'was replaced by another file while it was open',
  truncated: 'was cut off while it was open',
  'journal-deleted': 'lost its "-wal" or "-shm" file while it was open',
  'journal-replaced': 'has another "-wal" or "-shm" file than the one that was opened with it',
};

export function divergedBy(change: FileChange, location: string, logId: string): LogDivergedError {
  return new LogDivergedError(
    logId,
    `The log ${location} ${HAPPENED[change]}. Nothing more is read from it or appended to it. Stop every process that uses it; ` +
      'if it was restored from a backup, run "varve log restored"; then start again.',
  );
}

/**
 * For how long two changes of a folder may get the same time, in milliseconds: a tick of the kernel's clock (at most 10) where times have
 * fractions of a second, two seconds on FAT. Until a time is older than that, it does not prove that nothing has happened since.
 */
function coarseness(time: number): number {
  return time % 1_000 === 0 ? 3_000 : 50;
}

function isSame(stats: Stats, { inode, device }: SeenFile): boolean {
  return stats.ino === inode && stats.dev === device;
}

function stats(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
