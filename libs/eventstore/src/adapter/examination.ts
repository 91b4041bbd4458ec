import { decodeEvents } from '../log/commit-text.js';
import type { CommitHeader } from '../log/commit.js';
import type { LogProblem, LogReport } from '../log/event-store.js';
import type { RecordedEvent } from '../log/event.js';
import { messageOf } from '../log/message-of.js';
import { categoryOf } from '../log/stream-name.js';

/** Whoever has more than this does not read them. */
const MAX_PROBLEMS = 1_000;

/** A commit as it is stored. */
export interface StoredCommit {
  readonly header: CommitHeader;
  /** Tells the stream from others, also when it has lost its name. */
  readonly stream: string | number;
  readonly named: boolean;
  readonly category: string | null;
  readonly closing: boolean;
  readonly events: string;
}

/** Judges commit after commit by those before it. */
export class Examination {
  readonly #problems: LogProblem[] = [];
  readonly #streams = new Map<string | number, { version: number; closed: boolean }>();
  #position = 0;
  #events = 0;
  #commits = 0;

  get position(): number {
    return this.#position;
  }

  get result(): Omit<LogReport, 'logId'> {
    const counts = { commits: this.#commits, events: this.#events, streams: this.#streams.size };
    return { ...counts, problems: this.#problems };
  }

  /** Its events; `undefined` when they cannot be decoded, which is reported. */
  examine(commit: StoredCommit): readonly RecordedEvent[] | undefined {
    const { position, firstVersion, lastVersion } = commit.header;
    const next = this.#position + 1;
    if (position !== next) {
      this.report('hole', next, `Positions ${next} to ${position - 1} are missing.`);
    }
    this.#position = position;
    this.#commits += 1;
    this.#events += lastVersion - firstVersion + 1;
    this.#examineStream(commit);
    return this.#decode(commit);
  }

  report(kind: LogProblem['kind'], position: number, message: string): void {
    this.#problems.push({ kind, position, message });
  }

  reportFenced({ position, commitId }: CommitHeader): void {
    this.report('fenced-and-committed', position, `The commit id "${commitId}" is fenced as well.`);
  }

  /** Whether to stop here, which is reported as well. */
  isEnough(): boolean {
    const count = this.#problems.length;
    if (count < MAX_PROBLEMS) return false;
    this.report('damaged', this.#position, `Stopped here: there are ${count} problems already.`);
    return true;
  }

  #examineStream({ header, stream, named, category, closing }: StoredCommit): void {
    const { position, firstVersion, lastVersion } = header;
    const before = this.#streams.get(stream) ?? { version: 0, closed: false };
    const name = named ? `"${stream}"` : `number ${stream}`;
    if (!named) this.report('damaged', position, `The stream ${name} has no name.`);
    else if (category !== categoryOf(header.stream)) {
      this.report('damaged', position, `The stream ${name} is in the category "${category}".`);
    }
    if (firstVersion !== before.version + 1) {
      const kind = firstVersion > before.version ? 'hole' : 'overlap';
      const message = `The stream ${name} goes from version ${before.version} to ${firstVersion}.`;
      this.report(kind, position, message);
    }
    if (before.closed) this.report('damaged', position, `The stream ${name} goes on after it was closed.`);
    this.#streams.set(stream, { version: lastVersion, closed: closing });
  }

  #decode({ header, events }: StoredCommit): readonly RecordedEvent[] | undefined {
    try {
      return decodeEvents(events, header);
    } catch (error) {
      this.report('undecodable', header.position, messageOf(error));
      return undefined;
    }
  }
}
