import type { Position } from '@varve/eventstore';
import type { Processing } from '../processing-options.js';
import type { VersionId } from '../version-id.js';
import type { RebuildOptions, RebuildProgress } from './rebuild-options.js';

const REPORT_EVERY = 100;

/** Tells how far a rebuild is, and how long it will take at the speed that it has had so far. */
export class ProgressReport<Tx> {
  readonly #processing: Processing<Tx>;
  readonly #version: VersionId;
  readonly #listener: RebuildOptions<Tx>['onProgress'];
  readonly #beganAt: number;
  #beganFrom: Position | undefined;
  #events = 0;
  #reportedAt = -Infinity;
  #phase: RebuildProgress['phase'] | undefined;

  constructor(processing: Processing<Tx>, version: VersionId, listener: RebuildOptions<Tx>['onProgress']) {
    this.#processing = processing;
    this.#version = version;
    this.#listener = listener;
    this.#beganAt = processing.clock();
  }

  async at(phase: RebuildProgress['phase'], position: Position, events = 0): Promise<void> {
    this.#events += events;
    this.#beganFrom ??= position;
    if (!this.#listener) return;
    const now = this.#processing.clock();
    if (phase === this.#phase && now - this.#reportedAt < REPORT_EVERY) return;
    this.#phase = phase;
    this.#reportedAt = now;
    const head = Math.max(position, await this.#processing.log.head());
    this.#listener({ phase, version: this.#version, position, head, ...this.#speed(now, position, head) });
  }

  #speed(
    now: number,
    position: Position,
    head: Position,
  ): Pick<RebuildProgress, 'eventsPerSecond' | 'secondsLeft'> {
    const seconds = (now - this.#beganAt) / 1000;
    const positionsPerSecond = (position - (this.#beganFrom ?? position)) / seconds;
    return {
      eventsPerSecond: seconds > 0 ? Math.round(this.#events / seconds) : 0,
      ...(positionsPerSecond > 0 && { secondsLeft: (head - position) / positionsPerSecond }),
    };
  }
}
