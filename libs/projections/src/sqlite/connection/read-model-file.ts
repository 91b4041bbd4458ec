import { statSync } from 'node:fs';
import { ReadModelsDivergedError } from '../../index.js';

/** The file as it was when it was opened: SQLite goes on writing into a file that was deleted or replaced, and never says so. */
export class ReadModelFile {
  private readonly opened: Identity | undefined;

  constructor(private readonly path: string) {
    this.opened = look(path);
  }

  /** @throws ReadModelsDivergedError */
  assertSame(): void {
    const now = look(this.path);
    if (!now) throw new ReadModelsDivergedError(this.path, 'deleted');
    if (now.inode === this.opened?.inode && now.device === this.opened.device) return;
    throw new ReadModelsDivergedError(this.path, 'replaced');
  }
}

interface Identity {
  readonly inode: number;
  readonly device: number;
}

function look(path: string): Identity | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && { inode: stats.ino, device: stats.dev };
}
