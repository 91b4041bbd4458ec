import { decodeEvents, isClosing } from '../log/commit-text.js';
import type { LogProblem } from '../log/event-store.js';
import { categoryOf } from '../log/stream-name.js';
import { headerOf, type CommitRow } from './commit-row.js';

/** A commit, and what the indexes say of it. */
export interface ExaminedRow extends Omit<CommitRow, 'stream'> {
  readonly stream: string | null;
  readonly category: string | null;
  readonly stream_id: number;
  readonly by_stream: number | null;
  readonly by_commit_id: number | null;
  readonly fenced: number | null;
}

/** Judges commit after commit by those before it. */
export class Examination {
  readonly problems: LogProblem[] = [];
  readonly #streams = new Map<number, { version: number; closed: boolean }>();
  #position = 0;
  #events = 0;
  #commits = 0;

  get counts(): { commits: number; events: number; streams: number } {
    return { commits: this.#commits, events: this.#events, streams: this.#streams.size };
  }

  get position(): number {
    return this.#position;
  }

  examine(row: ExaminedRow): void {
    const { position } = row;
    if (position !== this.#position + 1) {
      this.report(
        'hole',
        this.#position + 1,
        `Positions ${this.#position + 1} to ${position - 1} are missing.`,
      );
    }
    this.#position = position;
    this.#commits += 1;
    this.#events += row.count;
    this.#examineStream(row);
    this.#examineText(row);
    this.#examineIndexes(row);
    if (row.fenced !== null) {
      this.report('fenced-and-committed', position, `The commit id "${row.commit_id}" is fenced as well.`);
    }
  }

  report(kind: LogProblem['kind'], position: number, message: string): void {
    this.problems.push({ kind, position, message });
  }

  #examineStream(row: ExaminedRow): void {
    const { position, stream, stream_id: id, first_version: first, count } = row;
    const before = this.#streams.get(id) ?? { version: 0, closed: false };
    const name = stream === null ? `number ${id}` : `"${stream}"`;
    if (stream === null) this.report('damaged', position, `The stream ${name} has no name.`);
    else if (row.category !== categoryOf(stream)) {
      this.report('damaged', position, `The stream ${name} is in the category "${row.category}".`);
    }
    if (first !== before.version + 1) {
      const kind = first > before.version ? 'hole' : 'overlap';
      this.report(kind, position, `The stream ${name} goes from version ${before.version} to ${first}.`);
    }
    if (before.closed) this.report('damaged', position, `The stream ${name} goes on after it was closed.`);
    this.#streams.set(id, { version: first + count - 1, closed: isClosing(row.events) });
  }

  #examineText(row: ExaminedRow): void {
    const header = headerOf({ ...row, stream: row.stream ?? `#${row.stream_id}` });
    try {
      decodeEvents(row.events, header);
    } catch (error) {
      this.report('undecodable', row.position, error instanceof Error ? error.message : String(error));
    }
  }

  #examineIndexes(row: ExaminedRow): void {
    const { position, by_stream: byStream, by_commit_id: byCommitId } = row;
    if (byStream !== position)
      this.report('damaged', position, 'The index of streams does not have this commit.');
    if (row.commit_id !== null && byCommitId !== position) {
      this.report('damaged', position, 'The index of commit ids does not have this commit.');
    }
  }
}
