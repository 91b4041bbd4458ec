import { statSync, type Stats } from 'node:fs';
import { LogDivergedError } from '../log/errors.js';

/** The files as they were when the log was opened: SQLite goes on writing into a file that was deleted or replaced, and never says so. */
export class LogFiles {
  readonly #seen = new Map<string, { inode: number; device: number }>();
  #largest = 0;

  /** `undefined`: the log is in memory. */
  constructor(readonly path: string | undefined) {}

  get location(): string {
    return this.path ?? ':memory:';
  }

  /** Remembers what is there now. */
  remember(): void {
    if (this.path === undefined) return;
    for (const suffix of SUFFIXES) {
      const stats = look(this.path + suffix);
      if (stats) this.#seen.set(suffix, { inode: stats.ino, device: stats.dev });
      if (stats && suffix === '') this.#largest = stats.size;
    }
  }

  /** What has become of the files, if anything. `size` is asked only when the log's file has shrunk: the size that it must have. */
  whatHappened(size: () => number): FileChange | undefined {
    if (this.path === undefined) return undefined;
    for (const [suffix, { inode, device }] of this.#seen) {
      const stats = look(this.path + suffix);
      if (!stats) return suffix === '' ? 'deleted' : 'journal-deleted';
      if (stats.ino !== inode || stats.dev !== device) return suffix === '' ? 'replaced' : 'journal-replaced';
      if (suffix === '' && stats.size < this.#largest && stats.size < size()) return 'truncated';
      if (suffix === '') this.#largest = stats.size;
    }
    return undefined;
  }
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

const SUFFIXES = ['', '-wal', '-shm'];

function look(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
