import type { HeldStream } from './held.js';
import type { SequencerSettings } from './sequencer-options.js';

/** Everything that may be in hand is, and all of it waits for what the log does not have: nothing more is fetched, and only the walker works. */
export class Standstill {
  readonly #settings: SequencerSettings;
  #error: Error | undefined;

  constructor(settings: SequencerSettings) {
    this.#settings = settings;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  /** Tells it once. */
  look(held: number, streams: Iterable<HeldStream>): void {
    const { maxHeld, group, topics, onNotice } = this.#settings;
    if (this.#error || held < maxHeld) return;
    for (const { attempts } of streams) if (attempts === 0) return;
    this.#error = new Error(
      `All ${held} messages that may be in hand wait for commits that the log does not have, so no more are fetched, and only the log is walked. ` +
        `Is the log that is read behind, or does somebody else write to ${topics.join(', ')}?`,
    );
    onNotice({ kind: 'trouble', what: `The feed of group "${group}" stands still`, error: this.#error });
  }

  /** Over when half is done, lest each message that comes and goes tells it anew. */
  leave(held: number): void {
    if (held <= this.#settings.maxHeld / 2) this.#error = undefined;
  }
}
