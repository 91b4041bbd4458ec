import type { StreamName } from '@varve/eventstore';
import { HeldBytes } from './held-bytes.js';
import { HeldStream, type Held } from './held.js';
import type { SequencerSettings } from './sequencer-options.js';
import { Standstill } from './standstill.js';

/** All that is in hand, stream by stream, how much of it there is, and whether it still moves. */
export class HeldStreams {
  readonly bytes: HeldBytes;
  readonly #streams = new Map<StreamName, HeldStream>();
  readonly #standstill: Standstill;
  #count = 0;

  constructor(settings: SequencerSettings) {
    this.bytes = new HeldBytes(settings.maxHeldBytes);
    this.#standstill = new Standstill(settings);
  }

  /** Commits. */
  get count(): number {
    return this.#count;
  }

  get all(): Iterable<HeldStream> {
    return this.#streams.values();
  }

  get entries(): Iterable<Held> {
    return entriesOf(this.#streams.values());
  }

  /** Why nothing moves any more, if that is so. */
  get stuck(): Error | undefined {
    return this.#standstill.error;
  }

  get(stream: StreamName): HeldStream | undefined {
    return this.#streams.get(stream);
  }

  /** Begins to hold a stream that is not held yet. */
  open(stream: StreamName): HeldStream {
    const known = this.#streams.get(stream);
    if (known) return known;
    const held = new HeldStream(stream);
    this.#streams.set(stream, held);
    return held;
  }

  /** Whether it is held still, and not another one of the same name. */
  has(held: HeldStream): boolean {
    return this.#streams.get(held.stream) === held;
  }

  add(held: HeldStream, entry: Held): void {
    held.add(entry);
    this.#count += 1;
    this.bytes.measure(entry);
  }

  /**
   * Nobody has said what became of what was handed over, and a handler may have changed it: the log still has it as it was recorded. Answers
   * whether the stream still has messages.
   */
  takeBack(held: HeldStream): boolean {
    const offered = held.entries.filter(({ isOffered }) => isOffered);
    for (const entry of offered) {
      this.bytes.letGo(entry);
      entry.isOffered = false;
    }
    const read = offered.filter(({ settle }) => !settle);
    for (const entry of read) held.remove(entry);
    this.forget(held, read);
    return held.entries.length > 0;
  }

  /** It was taken from its stream. */
  forget(held: HeldStream, gone: readonly Held[]): void {
    this.#count -= gone.length;
    this.#standstill.leave(this.#count);
    for (const entry of gone) this.bytes.forget(entry);
    if (held.entries.length === 0) this.#streams.delete(held.stream);
  }

  /** Nothing of it could be handed over just now. */
  lookForStandstill(): void {
    this.#standstill.look(this.#count, this.#streams.values());
  }

  clear(): void {
    this.#streams.clear();
    this.#count = 0;
    this.#standstill.leave(0);
    this.bytes.reset();
  }
}

function* entriesOf(streams: Iterable<HeldStream>): Iterable<Held> {
  for (const { entries } of streams) yield* entries;
}
