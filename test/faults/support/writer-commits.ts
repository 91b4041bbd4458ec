import type { NewEvent } from '@varve/eventstore';

const STREAMS = 16;

export interface WriterCommit {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly commitId: string;
}

/** The nth commit of a writer, the same whenever it is asked for. All writers share the streams. */
export function commitOf(writer: string, n: number): WriterCommit {
  return {
    stream: `${n % 3 === 0 ? 'customer' : 'order'}-${n % STREAMS}`,
    commitId: `${writer}-${n}`,
    events: Array.from({ length: (n % 4) + 1 }, (_, index) => ({
      type: 'order.charged',
      data: { writer, n, index, cents: (n * 31 + index) % 1_000 },
    })),
  };
}
