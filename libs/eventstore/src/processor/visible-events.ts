import type { Commit } from '../log/commit.js';
import type { RecordedEvent } from '../log/event.js';
import { isUndecodable, messageOf } from './errors.js';
import type { SkippedCommits } from './parked-sequences.js';
import type { ProcessorSettings } from './processor-options.js';

/** A commit as a handler sees it, and what of it was given up on. */
export interface VisibleCommit {
  /** Absent when nothing of the commit is for this handler. */
  readonly commit?: Commit;
  readonly skipped: readonly SkippedCommits[];
}

/** Picks the events that a handler wants and decodes them. */
export class VisibleEvents<Tx> {
  readonly #settings: ProcessorSettings<Tx>;
  readonly #types: ReadonlySet<string> | undefined;

  constructor(settings: ProcessorSettings<Tx>) {
    this.#settings = settings;
    this.#types = settings.filter.types && new Set(settings.filter.types);
  }

  /** @throws UnknownEventTypeError, EventUndecodableError and whatever else `decode` throws, unless such events are to be skipped */
  of(commit: Commit): VisibleCommit {
    const { decode } = this.#settings;
    const wanted = commit.events.every((event) => this.#wants(event))
      ? commit.events
      : commit.events.filter((event) => this.#wants(event));
    if (wanted.length === 0) return NOTHING;
    if (!decode)
      return { commit: wanted === commit.events ? commit : { ...commit, events: wanted }, skipped: NONE };
    return this.#decoded(commit, wanted, decode);
  }

  #wants(event: RecordedEvent): boolean {
    return this.#types ? this.#types.has(event.type) : event.type.charCodeAt(0) !== RESERVED;
  }

  #decoded(
    commit: Commit,
    wanted: readonly RecordedEvent[],
    decode: (event: RecordedEvent) => readonly RecordedEvent[],
  ): VisibleCommit {
    const events: RecordedEvent[] = [];
    const skipped: SkippedCommits[] = [];
    for (const event of wanted) {
      try {
        for (const decoded of decode(event)) events.push(decoded);
      } catch (error) {
        if (this.#settings.onUndecodable !== 'skip' || !isUndecodable(error)) throw error;
        skipped.push(this.#skip(event, error));
      }
    }
    return events.length === 0 ? { skipped } : { commit: { ...commit, events }, skipped };
  }

  #skip({ stream, version }: RecordedEvent, error: unknown): SkippedCommits {
    const reason = messageOf(error);
    return { stream, firstVersion: version, lastVersion: version, reason, at: this.#settings.now() };
  }
}

const RESERVED = '$'.charCodeAt(0);
const NONE: readonly SkippedCommits[] = [];
const NOTHING: VisibleCommit = { skipped: NONE };
