import { decodeEvents } from '../../log/commit-text.js';
import type { LogProblem } from '../../log/event-store.js';
import { categoryOf } from '../../log/stream-name.js';
import { closesStream, headerOf, listingKey, type CommitDocument } from '../connection/commit-document.js';

/** Judges commit after commit by those before it. */
export class Examination {
  readonly problems: LogProblem[] = [];
  readonly #streams = new Map<string, { version: number; closed: boolean }>();
  #position = 0;
  #events = 0;
  #commits = 0;

  get counts(): { commits: number; events: number; streams: number } {
    return { commits: this.#commits, events: this.#events, streams: this.#streams.size };
  }

  get position(): number {
    return this.#position;
  }

  examine(document: CommitDocument): void {
    const { _id: position, firstVersion, lastVersion } = document;
    const before = this.#position;
    if (position !== before + 1) {
      this.report('hole', before + 1, `Positions ${before + 1} to ${position - 1} are missing.`);
    }
    this.#position = position;
    this.#commits += 1;
    this.#events += lastVersion - firstVersion + 1;
    this.#examineStream(document);
    this.#examineText(document);
  }

  report(kind: LogProblem['kind'], position: number, message: string): void {
    this.problems.push({ kind, position, message });
  }

  #examineStream(document: CommitDocument): void {
    const { _id: position, stream, category, firstVersion, lastVersion, listed } = document;
    const before = this.#streams.get(stream) ?? { version: 0, closed: false };
    if (category !== categoryOf(stream)) {
      this.report('damaged', position, `The stream "${stream}" is in the category "${category}".`);
    }
    if (firstVersion !== before.version + 1) {
      const kind = firstVersion > before.version ? 'hole' : 'overlap';
      this.report(
        kind,
        position,
        `The stream "${stream}" goes from version ${before.version} to ${firstVersion}.`,
      );
    }
    if (before.closed)
      this.report('damaged', position, `The stream "${stream}" goes on after it was closed.`);
    if (firstVersion === 1 && listed !== listingKey(stream)) {
      this.report('damaged', position, `The stream "${stream}" is not in the list of streams.`);
    }
    this.#streams.set(stream, { version: lastVersion, closed: closesStream(document) });
  }

  #examineText(document: CommitDocument): void {
    const { _id: position, types } = document;
    try {
      const found = new Set(decodeEvents(document.events, headerOf(document)).map(({ type }) => type));
      const same = types.length === found.size && types.every((type) => found.has(type));
      if (!same) this.report('damaged', position, 'The types beside the events are not those of the events.');
    } catch (error) {
      this.report('undecodable', position, error instanceof Error ? error.message : String(error));
    }
  }
}
