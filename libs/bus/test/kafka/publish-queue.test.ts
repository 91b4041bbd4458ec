import { describe, expect, test } from 'vitest';
import { systemTimers } from '@varve/eventstore';
import { BrokerRefusedError, BrokerUnavailableError, type BusNotice } from '@varve/bus';
import type { KafkaProducer, OutgoingRecord } from '../../src/kafka/driver/kafka-driver.js';
import { BatchTooLargeError } from '../../src/kafka/driver/translate-error.js';
import { PublishQueue } from '../../src/kafka/publish/publish-queue.js';
import type { SizedRecord } from '../../src/kafka/publish/publish-job.js';
import { ReliableProducer } from '../../src/kafka/publish/reliable-producer.js';

/** What the broker has, and a word on each request: an error that it is answered with, or that its answer is lost. */
class Broker {
  readonly records: string[] = [];
  readonly requests: number[] = [];
  readonly answers: (Error | 'lost' | undefined)[] = [];
  producers = 0;
  limit = Number.POSITIVE_INFINITY;

  readonly connect = (): KafkaProducer => {
    let hasFailed = false;
    this.producers += 1;
    return {
      connect: async () => undefined,
      close: async () => undefined,
      send: async (records) => {
        if (hasFailed) throw new Error('A producer that has failed was used again.');
        try {
          this.#take(records);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      },
    };
  };

  #take(records: readonly OutgoingRecord[]): void {
    this.requests.push(records.length);
    if (records.some(({ topic }) => topic === 'unknown'))
      throw new BrokerRefusedError('unknown-topic', 'unknown');
    if (records.reduce((sum, { value }) => sum + value!.length, 0) > this.limit)
      throw new BatchTooLargeError();
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    this.records.push(...records.map(({ key }) => key!));
    if (answer === 'lost') throw new BrokerUnavailableError('the answer was lost');
  }
}

function aRecord(key: string, { topic = 'orders', bytes = 100 } = {}): SizedRecord {
  return { record: { topic, key, value: new Uint8Array(bytes), headers: {} }, bytes };
}

function aQueue(broker: Broker, times = { publishTimeout: 5_000, connectTimeout: 5_000 }) {
  const notices: BusNotice[] = [];
  const notify = (notice: BusNotice): void => void notices.push(notice);
  const producer = new ReliableProducer({ connect: broker.connect, timers: systemTimers, notify, ...times });
  const queue = new PublishQueue(producer, { maxBatchBytes: 1_000, limitOf: async () => broker.limit });
  return { queue, producer, notices };
}

describe('A publish queue', () => {
  test('puts the calls of one turn into one request, and no request is larger than allowed', async () => {
    const broker = new Broker();
    const { queue } = aQueue(broker);
    const keys = Array.from({ length: 25 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => queue.publish([aRecord(key)])));
    expect([broker.records, broker.requests, broker.producers]).toEqual([keys, [10, 10, 5], 1]);
  });

  test('sends a failed batch again with another producer, before anything else', async () => {
    const broker = new Broker();
    broker.answers.push('lost');
    const { queue, notices } = aQueue(broker);
    await Promise.all([queue.publish([aRecord('a'), aRecord('b')]), queue.publish([aRecord('c')])]);
    expect(broker.records).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(broker.producers).toBe(2);
    expect(notices.map(({ kind }) => kind)).toEqual(['connected', 'disconnected', 'connected']);
  });

  test('lets nobody suffer from a neighbour whose topic is unknown', async () => {
    const broker = new Broker();
    const { queue } = aQueue(broker);
    const [first, second, third] = await Promise.allSettled([
      queue.publish([aRecord('a')]),
      queue.publish([aRecord('b', { topic: 'unknown' })]),
      queue.publish([aRecord('c')]),
    ]);
    expect([first.status, third.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(second).toMatchObject({ reason: { code: 'broker-refused', why: 'unknown-topic' } });
    expect(broker.records).toEqual(['a', 'c']);
  });

  test('splits what the broker finds too large, keeps the order, and names the record that is', async () => {
    const broker = new Broker();
    broker.limit = 250;
    const { queue } = aQueue(broker);
    await queue.publish(['a', 'b', 'c', 'd', 'e'].map((key) => aRecord(key)));
    expect(broker.records).toEqual(['a', 'b', 'c', 'd', 'e']);
    await expect(
      queue.publish([aRecord('f'), aRecord('g', { bytes: 300 }), aRecord('h')]),
    ).rejects.toMatchObject({ code: 'message-too-large', bytes: 300, maxBytes: 250 });
    // The rest of a call that has failed would only come out of order.
    expect(broker.records).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('gives up when the time is over, with the broker’s last word', async () => {
    const broker = new Broker();
    const down = new BrokerUnavailableError('down');
    broker.answers.push(...Array.from({ length: 1_000 }, () => down));
    const { queue } = aQueue(broker, { publishTimeout: 250, connectTimeout: 250 });
    await expect(queue.publish([aRecord('a')])).rejects.toBe(down);
    broker.answers.length = 0;
    await queue.publish([aRecord('b')]);
    expect(broker.records).toEqual(['b']);
  });

  test('tells whoever waits when it is closed under an outage', async () => {
    const broker = new Broker();
    broker.answers.push(...Array.from({ length: 1_000 }, () => new BrokerUnavailableError('down')));
    const { queue, producer } = aQueue(broker);
    const told = expect(queue.publish([aRecord('a')])).rejects.toMatchObject({
      code: 'publish-not-confirmed',
    });
    const emptied = queue.close();
    await producer.close();
    await Promise.all([told, emptied]);
  });

  test('sends nothing for a signal that is aborted while it waits, and refuses everything once closed', async () => {
    const broker = new Broker();
    const { queue, producer } = aQueue(broker);
    const aborting = new AbortController();
    const waiting = queue.publish([aRecord('a')], aborting.signal);
    aborting.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    const last = queue.publish([aRecord('b')]);
    await queue.close();
    await last;
    await producer.close();
    await expect(queue.publish([aRecord('c')])).rejects.toMatchObject({ code: 'bus-closed' });
    expect(broker.records).toEqual(['b']);
  });
});
