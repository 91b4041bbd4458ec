import type { StreamName } from '@varve/eventstore';
import type { HeldStream } from './held.js';

/** Streams in which something may have become possible, each once, those first that have waited longest. */
export class DirtyStreams {
  #streams: HeldStream[] = [];

  get count(): number {
    return this.#streams.length;
  }

  mark(held: HeldStream): void {
    if (held.isDirty) return;
    held.isDirty = true;
    this.#streams.push(held);
  }

  names(most: number): readonly StreamName[] {
    return this.#streams.slice(0, most).map(({ stream }) => stream);
  }

  take(most: number): readonly HeldStream[] {
    const taken = this.#streams.splice(0, most);
    for (const held of taken) held.isDirty = false;
    return taken;
  }

  clear(): void {
    this.take(this.count);
  }
}
