import { messageOf } from '../../log/message-of.js';
import type { RecordedEvent } from '../../log/event.js';
import type { Position } from '../../log/positions.js';
import { isUndecodable } from '../errors.js';
import type { SkippedCommits } from '../parking/parked-sequences.js';
import type { HandledCommit, ProcessorSettings } from '../processor-options.js';

/** What of a commit was given up on. */
export interface SkippedAt {
  /** 0 for a commit that did not come from the log. */
  readonly position: Position;
  readonly skipped: SkippedCommits;
}

interface Decoding {
  readonly decode: (event: RecordedEvent) => readonly RecordedEvent[];
  readonly skipped: SkippedAt[];
}

/** Picks the events that a handler wants and decodes them; without their positions where others than the log may bring them. */
export class VisibleEvents<Tx> {
  readonly #settings: ProcessorSettings<Tx>;
  readonly #types: ReadonlySet<string> | undefined;
  /** Whether the processor may be fed by others than the log: then two sources must give the same events. */
  hidesPositions = false;

  constructor(settings: ProcessorSettings<Tx>) {
    this.#settings = settings;
    this.#types = settings.filter.types && new Set(settings.filter.types);
  }

  /**
   * The commit as the handler sees it, or nothing when nothing of it is for that handler; what is given up on is added to `skipped`.
   *
   * @throws UnknownEventTypeError, EventUndecodableError and whatever else `decode` throws, unless such events are to be skipped
   */
  of<C extends HandledCommit>(commit: C, skipped: SkippedAt[]): C | undefined {
    const picked = this.#wanted(commit.events);
    if (picked.length === 0) return undefined;
    const wanted = this.hidesPositions ? picked.map(withoutPosition) : picked;
    if (this.#settings.decode)
      return this.#decoded(commit, wanted, { decode: this.#settings.decode, skipped });
    return wanted === commit.events ? commit : { ...commit, events: wanted };
  }

  /** The very same array when all are wanted, which is the rule: a rebuild passes millions of them. */
  #wanted(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
    for (const event of events) {
      if (!this.#wants(event)) return events.filter((one) => this.#wants(one));
    }
    return events;
  }

  #wants(event: RecordedEvent): boolean {
    return this.#types ? this.#types.has(event.type) : event.type.charCodeAt(0) !== RESERVED;
  }

  #decoded<C extends HandledCommit>(
    commit: C,
    wanted: readonly RecordedEvent[],
    to: Decoding,
  ): C | undefined {
    const events: RecordedEvent[] = [];
    const skipped: SkippedAt[] = [];
    for (const event of wanted) {
      try {
        for (const decoded of to.decode(event)) events.push(decoded);
      } catch (error) {
        if (this.#settings.onUndecodable !== 'skip' || !isUndecodable(error)) throw error;
        skipped.push({ position: commit.position ?? 0, skipped: this.#skip(event, error) });
      }
    }
    to.skipped.push(...skipped);
    return events.length === 0 ? undefined : { ...commit, events };
  }

  #skip({ stream, version }: RecordedEvent, error: unknown): SkippedCommits {
    const reason = messageOf(error);
    return { stream, firstVersion: version, lastVersion: version, reason, at: this.#settings.now() };
  }
}

function withoutPosition(event: RecordedEvent): RecordedEvent {
  if (event.position === undefined) return event;
  const { position: _, ...rest } = event;
  return rest;
}

const RESERVED = '$'.charCodeAt(0);
