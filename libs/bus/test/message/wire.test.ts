import {
  commitMessage,
  decodeWire,
  encodeWire,
  KAFKA_BINDING,
  readCommitMessage,
  recordedEventsOf,
  ROCKETMQ_BINDING,
  sizeOf,
  wireSizeOf,
  type Message,
  type PublishableCommit,
  type WireMessage,
} from '@varve/bus';
import { CloudEvent, Kafka } from 'cloudevents';
import { describe, expect, test } from 'vitest';

const commit: PublishableCommit = {
  stream: 'order-Ünï/☃ 17',
  firstVersion: 3,
  lastVersion: 4,
  commitId: 'c 1',
  position: 2 ** 40,
  at: new Date('2026-11-21T14:00:00.123Z'),
  events: [
    {
      type: 'order.paid',
      data: { cents: 1999, note: 'x'.repeat(10_000) },
      metadata: { tenant: 't1', actor: 'Ann' },
    },
    { type: 'order.shipped', data: null, schemaVersion: 2 },
  ],
};

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const options = { logId: 'log/1 ä', topic: 'order' };

const modes = [
  { mode: 'structured', binding: KAFKA_BINDING },
  { mode: 'binary', binding: KAFKA_BINDING },
  { mode: 'structured', binding: ROCKETMQ_BINDING },
  { mode: 'binary', binding: ROCKETMQ_BINDING },
] as const;

describe.each(modes)('A message in $mode mode with the prefix $binding.prefix', (wireOptions) => {
  test('is the same commit again', () => {
    const wire = encodeWire(commitMessage(commit, options), wireOptions);
    const read = readCommitMessage(decodeWire(wire));
    expect(read).toEqual({ ...commit, logId: 'log/1 ä', tenant: 't1' });
    expect(recordedEventsOf(read).map(({ version, schemaVersion }) => [version, schemaVersion])).toEqual([
      [3, 1],
      [4, 2],
    ]);
    expect(recordedEventsOf(read)[0]).not.toHaveProperty('position');
  });

  test('is the same event again, without its tag and search keys', () => {
    const message = commitMessage(commit, options);
    const { topic, key, event } = message;
    expect(decodeWire(encodeWire(message, wireOptions))).toEqual({ topic, key, event });
  });

  test.each([
    ['bytes', new Uint8Array([0, 255, 123]), 'application/octet-stream'],
    ['a text', 'Grüße', 'text/plain'],
    ['a number as JSON', 0, 'application/json'],
    ['nothing', undefined, undefined],
  ])('carries %s', (_, data, datacontenttype) => {
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/shop',
      type: 'note',
      ...(data === undefined ? {} : { data, datacontenttype }),
    } as const;
    const decoded = decodeWire(encodeWire({ topic: 't', key: 'k', event }, wireOptions));
    expect(decoded.event).toEqual(event);
  });

  test('counts the size of all that travels', () => {
    const message = commitMessage(commit, options);
    const wire = encodeWire(message, wireOptions);
    expect(sizeOf(message, wireOptions)).toBe(wireSizeOf(wire));
    expect(wireSizeOf(wire)).toBeGreaterThan(wire.body.length + Buffer.byteLength(message.key));
  });
});

describe('The official CloudEvents SDK', () => {
  test('accepts a commit and a pointer', () => {
    for (const pointer of [false, true]) {
      const event = new CloudEvent({ ...commitMessage(commit, { ...options, pointer }).event });
      expect(event.validate()).toBe(true);
    }
  });

  test('reads what is written in structured mode', () => {
    const message = commitMessage(commit, options);
    expect(readBySdk(encodeWire(message, { mode: 'structured' }))).toEqual(message.event);
  });

  test('reads what is written in binary mode', () => {
    const message = commitMessage(commit, options);
    expect(readBySdk(encodeWire(message, { mode: 'binary' }))).toEqual(message.event);
  });

  test.each(['structured', 'binary'] as const)('writes in %s mode what is read here', (mode) => {
    const message = commitMessage(commit, options);
    const written = Kafka[mode](new CloudEvent({ ...message.event }));
    const body = typeof written.body === 'string' ? written.body : JSON.stringify(written.body);
    const wire = {
      topic: 'order',
      headers: written.headers as Record<string, string>,
      body: Buffer.from(body),
    };
    expect(decodeWire(wire).event).toEqual(message.event);
  });

  function readBySdk({ headers, body }: WireMessage): Record<string, unknown> {
    const value = Buffer.from(body).toString();
    const read = Kafka.toEvent({ headers, body: value, value } as never);
    if (Array.isArray(read)) throw new Error('a batch');
    expect((read as CloudEvent).validate()).toBe(true);
    const known = Object.entries((read as CloudEvent).toJSON()).filter(([, one]) => one !== undefined);
    return Object.fromEntries(known);
  }
});

describe('A commit as a message', () => {
  test('has the same id and source whoever publishes it, with and without its events', () => {
    const { position: _, ...withoutPosition } = commit;
    const ids = [
      commitMessage(commit, options),
      commitMessage(withoutPosition, options),
      commitMessage(commit, { ...options, pointer: true }),
    ].map(({ event }) => [event.id, event.source]);
    expect(new Set(ids.map(String)).size).toBe(1);
    expect(ids[0]).toEqual(['order-Ünï/☃ 17@3', 'urn:varve:log:log%2F1%20%C3%A4']);
  });

  test('is routed by its stream, and found by stream and commit id', () => {
    const message = commitMessage(commit, options);
    expect(message).toMatchObject({
      key: commit.stream,
      tag: 'order.paid',
      searchKeys: [commit.stream, 'c 1'],
    });
  });

  test('travels without events as a pointer', () => {
    const message = commitMessage(commit, { ...options, pointer: true });
    const read = readCommitMessage(decodeWire(encodeWire(message)));
    expect(read.events).toBeUndefined();
    expect(read).toMatchObject({ firstVersion: 3, lastVersion: 4, position: 2 ** 40 });
  });

  test('says its position only where it is known', () => {
    const { position: _, ...withoutPosition } = commit;
    expect(commitMessage(withoutPosition, options).event).not.toHaveProperty('position');
  });

  test('takes the first event’s traceparent and tenant unless it has its own', () => {
    const traced = {
      ...commit,
      events: [{ type: 'a', data: 1, metadata: { traceparent: TRACEPARENT, tenant: 'x' } }],
    };
    expect(commitMessage(traced, options).event).toMatchObject({ traceparent: TRACEPARENT, tenant: 'x' });
    expect(commitMessage({ ...traced, tenant: 'y' }, options).event['tenant']).toBe('y');
  });
});

test('RocketMQ, whose properties take no control characters, gets such a message in structured mode', () => {
  const message: Message = commitMessage({ ...commit, stream: 'order-\u0001' }, options);
  const wire = encodeWire(message, { mode: 'binary', binding: ROCKETMQ_BINDING });
  expect(Object.keys(wire.headers)).toEqual(['CE_contenttype']);
  expect(decodeWire(wire).event).toEqual(message.event);
});
