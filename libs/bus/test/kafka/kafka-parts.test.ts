import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { onItsWay, readDelayed } from '../../src/kafka/delay/delayed-record.js';
import { LONGEST_DELAY } from '../../src/kafka/delay/delay-steps.js';
import { translateError } from '../../src/kafka/driver/translate-error.js';

function kafkajsError(name: string, facts: object = {}, cause?: unknown): Error {
  return Object.assign(new Error(name, { cause }), { name, ...facts });
}

describe('An error of kafkajs', () => {
  test.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', { code: 'broker-refused', why: 'unknown-topic' }],
    ['INVALID_TOPIC_EXCEPTION', { code: 'broker-refused', why: 'illegal-name' }],
    ['TOPIC_AUTHORIZATION_FAILED', { code: 'broker-refused', why: 'no-right' }],
    ['SASL_AUTHENTICATION_FAILED', { code: 'broker-refused', why: 'wrong-credentials' }],
    ['REQUEST_TIMED_OUT', { code: 'publish-not-confirmed' }],
    ['NOT_ENOUGH_REPLICAS', { code: 'broker-unavailable' }],
  ])('is told by its type %s, however deep it lies', (type, facts) => {
    const original = kafkajsError('KafkaJSProtocolError', { type, retriable: true });
    const wrapped = kafkajsError('KafkaJSNumberOfRetriesExceeded', { retriable: false }, original);
    expect(translateError(wrapped, 'this')).toMatchObject({ ...facts, cause: wrapped });
    expect(
      translateError(kafkajsError('KafkaJSAggregateError', { errors: [original] }), 'this'),
    ).toMatchObject(facts);
  });

  test('whose wrapper calls it final may pass all the same', () => {
    const refused = kafkajsError('KafkaJSConnectionError', { code: 'ECONNREFUSED' });
    const wrapped = kafkajsError('KafkaJSNonRetriableError', { retriable: false }, refused);
    expect(translateError(wrapped, 'this')).toMatchObject({ code: 'broker-unavailable', retryable: true });
  });

  test('about a certificate is told by its code', () => {
    const original = kafkajsError('KafkaJSConnectionError', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(translateError(original, 'this')).toMatchObject({ code: 'broker-refused', why: 'certificate' });
  });

  test('that is its own cause is looked through once', () => {
    const circular = kafkajsError('Odd');
    circular.cause = circular;
    expect(translateError(circular, 'this')).toMatchObject({ code: 'broker-unavailable' });
  });
});

describe('The options of a Kafka bus', () => {
  const brokers = ['127.0.0.1:9092'];
  const sasl = { mechanism: 'plain', username: 'a', password: 'secret' } as const;

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['brokers', { brokers: [] }],
    ['brokers', { brokers: ['kafka'] }],
    ['connectTimeout', { connectTimeout: 0 }],
    ['maxBytes', { maxBytes: 0.5 }],
    ['mode', { mode: 'xml' }],
    ['ssl', { ssl: true, sasl }],
    ['sslEnabled', { sslEnabled: true }],
    ['connectionTimeout', { connectionTimeout: 1_000 }],
    ['tls', { tls: null }],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: true } }],
    ['sasl', { sasl: null }],
    ['sasl.authorizationId', { sasl: { ...sasl, authorizationId: 'a' } }],
    ['delay.prefix', { delay: { prefix: 'later' } }],
    ['sasl.mechanism', { sasl: { ...sasl, mechanism: 'gssapi' } }],
    ['sasl.password', { sasl: { ...sasl, password: '' } }],
  ])('are checked when it is made, and "%s" is named', (option, wrong) => {
    const make = () => new KafkaMessageBus({ brokers, ...(wrong as object) });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
  });

  test.each(['ssl', 'sslEnabled'])('say how "%s", the name of a driver, is called', (name) => {
    expect(() => new KafkaMessageBus({ brokers, ...{ [name]: true } })).toThrow(/use "tls"/);
  });

  test('are all known, those of nested objects included', () => {
    const tls = { ca: 'PEM', cert: 'PEM', key: 'PEM', passphrase: 'hush', servername: 'kafka' };
    const delay = { topicPrefix: 'later' };
    expect(() => new KafkaMessageBus({ brokers, clientId: 'shop', sasl, tls, delay })).not.toThrow();
  });

  test('make a bus that says what it can do, without secrets and without connecting', async () => {
    const bus = new KafkaMessageBus({ brokers, sasl, delay: {} });
    expect(bus.description).toBe('kafka 127.0.0.1:9092');
    expect(bus.capabilities).toEqual({
      ordering: 'lane',
      twoPhase: false,
      delay: 86_400_000,
      maxBytes: 1_000_000,
      deadLetter: 'emulated',
    });
    await bus.close();
  });
});

describe('A delayed record', () => {
  test('comes to its topic when it is due, not before, after few steps, whatever the delay and the hold-ups', () => {
    const original = { topic: 'orders', key: 'a', value: new Uint8Array([1]), headers: { h: 'x' } };
    const hold = fc.array(fc.nat({ max: 50 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LONGEST_DELAY }), hold, (delay, holds) => {
        let now = 1_000;
        let record = onItsWay('late', original, now + delay, now);
        let steps = 0;
        while (record.topic !== 'orders') {
          const { topic, headers, value } = record;
          const read = readDelayed({ topic, headers, body: value! });
          now = Math.max(now, read.stepDue) + holds[steps]!;
          record = onItsWay('late', read.record, read.due, now);
          steps += 1;
        }
        expect(now).toBeGreaterThanOrEqual(1_000 + delay);
        expect(now).toBeLessThanOrEqual(1_000 + delay + 50 * (steps + 1));
        expect(steps).toBeLessThanOrEqual(32);
        expect(record).toEqual(original);
      }),
    );
  });

  test('of somebody else is refused', () => {
    const wire = { topic: 'late-250ms', headers: { 'varve-delay-topic': 'x' }, body: new Uint8Array() };
    expect(() => readDelayed(wire)).toThrow(expect.objectContaining({ code: 'message-rejected' }));
  });
});
