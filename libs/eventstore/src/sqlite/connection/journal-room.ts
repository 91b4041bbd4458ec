import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { LogFiles } from './log-files.js';

/** Pages of "-wal" before they go into the log's own file: ten times SQLite's default, since each time costs two more disk flushes. */
export const CHECKPOINT_PAGES = 10_000;

/** How much is made at once, in bytes: some fifty small commits. */
const ROOM = 512 * 1024;
/** A transaction that writes more than this gains nothing: it writes longer than it would wait. */
const SMALL = 16 * 1024;
/** Once the file is as long as it gets, one looks again after so much: it stays that long, unless a tool cuts it off. */
const WHOLE = CHECKPOINT_PAGES * 4096;
/** What a small commit writes besides its own text, about: a page of the table and one or two of an index. */
const PAGES_OF_A_COMMIT = 2.5 * 4096;

/** From SQLite's file format: a header, then frames of a small header and a page each. A frame that was not written yet has no page number. */
const HEADER = 32;
const MAGIC = 0x377f0682;
const FRAME_HEADER = 24;

/**
 * Makes "-wal" longer ahead of small commits. Each of them has to be on the disk before it is acknowledged, and where the file grows by it,
 * its new length is one more thing to write: that took half as long again, and more. SQLite itself wins this only after the first checkpoint, when it
 * begins to write "-wal" from its start once more, and takes the zeros for what they are: frames that nobody has written.
 */
export class JournalRoom {
  readonly #files: LogFiles;
  #written = 0;

  constructor(files: LogFiles) {
    this.#files = files;
  }

  /** To be called in a write transaction before its first change: nobody else, and not SQLite either, may be writing at the file's end. */
  keep(bytes: number): void {
    if (bytes > SMALL) return;
    this.#written += bytes + PAGES_OF_A_COMMIT;
    if (this.#written < ROOM / 2) return;
    this.#written = 0;
    try {
      if (!this.#make()) this.#written = -WHOLE;
    } catch {
      // No room is no harm: a disk that is full says so to the commit itself.
    }
  }

  /** `false`: the file is as long as it gets. */
  #make(): boolean {
    const { journal } = this.#files;
    if (!journal) return true;
    const descriptor = openSync(journal.path, 'r+');
    try {
      const { size, ino, dev } = fstatSync(descriptor);
      // Another file of that name is not ours to write: the lock that this transaction holds does not cover it.
      if (ino !== journal.inode || dev !== journal.device) return true;
      const frame = frameSize(descriptor);
      if (frame === undefined) return true;
      if (size >= HEADER + CHECKPOINT_PAGES * frame) return false;
      if (isWritten(descriptor, size - ROOM / 2, frame))
        writeSync(descriptor, new Uint8Array(ROOM), 0, ROOM, size);
      return true;
    } finally {
      closeSync(descriptor);
    }
  }
}

/** `undefined`: nothing has been written yet. */
function frameSize(descriptor: number): number | undefined {
  const header = Buffer.alloc(HEADER);
  readSync(descriptor, header, 0, HEADER, 0);
  return (header.readUInt32BE(0) & ~1) === MAGIC ? FRAME_HEADER + header.readUInt32BE(8) : undefined;
}

/** Whether the frame at this offset was written. */
function isWritten(descriptor: number, offset: number, frame: number): boolean {
  const index = Math.floor((offset - HEADER) / frame);
  if (index < 0) return true;
  const page = Buffer.alloc(4);
  readSync(descriptor, page, 0, page.length, HEADER + index * frame);
  return page.readUInt32BE(0) !== 0;
}
