import type { ExpectedVersion, NewEvent } from '@varve/eventstore';
import fc from 'fast-check';

/** What a client does. Streams and commit ids are few, so that clients get in each other's way. */
export type Operation =
  | AppendOperation
  | { readonly kind: 'fence'; readonly commitId: string }
  | { readonly kind: 'find'; readonly commitId: string }
  | { readonly kind: 'read-all'; readonly after: number; readonly batchSize: number }
  | { readonly kind: 'read-stream'; readonly stream: string; readonly direction: 'forward' | 'backward' }
  | { readonly kind: 'save-snapshot'; readonly stream: string; readonly revision: string };

export interface AppendOperation {
  readonly kind: 'append' | 'close';
  readonly stream: string;
  /** A number stands for so many versions beyond the stream's at the beginning of the round. */
  readonly expected: ExpectedVersion;
  readonly events: readonly NewEvent[];
  readonly commitId: string | undefined;
}

/** Operations that are started at once, each on one of the instances. */
export type Round = readonly { readonly instance: number; readonly operation: Operation }[];

export const STREAMS = ['order-1', 'order-ä😀', 'cart-1'];
export const REVISIONS = ['r1', 'r2'];

const stream = fc.constantFrom(...STREAMS);
const commitId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const expected = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<ExpectedVersion>(-1, 0, 0, 0, 1) },
  { weight: 3, arbitrary: fc.constant<ExpectedVersion>('any') },
  fc.constantFrom<ExpectedVersion>('no-stream', 'stream-exists'),
);
const event = fc.record({ type: fc.constantFrom('taken', 'lost'), data: fc.record({ n: fc.nat(1) }) });

const append = fc.record({
  kind: fc.constant('append' as const),
  stream,
  expected,
  events: fc.array(event, { minLength: 1, maxLength: 3 }),
  commitId: fc.option(commitId, { nil: undefined }),
});
const close = fc.record({
  kind: fc.constant('close' as const),
  stream,
  expected,
  events: fc.constant([{ type: '$stream-closed', data: {} }]),
  commitId: fc.option(commitId, { nil: undefined }),
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: append },
  { weight: 1, arbitrary: close },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fence' as const), commitId }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('find' as const), commitId }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read-all' as const),
      after: fc.nat(6),
      batchSize: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read-stream' as const),
      stream,
      direction: fc.constantFrom('forward' as const, 'backward' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('save-snapshot' as const),
      stream,
      revision: fc.constantFrom(...REVISIONS),
    }),
  },
);

export function rounds(instances: number): fc.Arbitrary<Round[]> {
  const step = fc.record({ instance: fc.nat(instances - 1), operation });
  return fc.array(fc.array(step, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 10 });
}
