import { CloudEvent } from 'cloudevents';
import { runWithContext } from '@varve/eventstore';
import {
  CommandSender,
  commandMessage,
  decodeWire,
  encodeWire,
  readCommandMessage,
  type Command,
  type Message,
} from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { describe, expect, test } from 'vitest';
import { VirtualTime } from '../memory/virtual-time.js';

const at = new Date('2026-11-21T10:00:00.000Z');
const command: Command = {
  id: 'c1',
  type: 'stock.reserve',
  stream: 'stock-lamp',
  data: { pieces: 2 },
  fingerprint: 'f',
};
const place = { topic: 'stock_commands', source: '/orders/commands' };
const envelope = { ...place, at };

describe('a command as a message', () => {
  test('is a CloudEvent with its id, routed by its aggregate', () => {
    const message = commandMessage(command, envelope);
    expect(message).toMatchObject({
      topic: 'stock_commands',
      key: 'stock-lamp',
      event: { id: 'c1', subject: 'stock-lamp' },
    });
    expect(new CloudEvent({ ...message.event }).validate()).toBe(true);
  });

  test.each(['structured', 'binary'] as const)('comes out of the %s mode as it went in', (mode) => {
    const context = { correlationId: 'r1', actor: 'ana', tenant: 'acme' };
    const message = runWithContext(context, () => commandMessage(command, envelope));
    expect(message.event).toMatchObject({ tenant: 'acme' });
    const read = readCommandMessage(decodeWire(encodeWire(message, { mode })));
    expect(read).toEqual({ ...command, at, context: { ...context, causationId: 'c1' } });
  });

  test('is correlated by its id when nothing else correlates it', () => {
    expect(readCommandMessage(commandMessage(command, envelope)).context).toEqual({
      correlationId: 'c1',
      causationId: 'c1',
    });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['dataschema', { dataschema: 'urn:varve:schema:commit:1' }],
    ['dataschema', { dataschema: undefined }],
    ['id', { id: 'c'.repeat(257) }],
    ['subject', { subject: undefined }],
    ['time', { time: undefined }],
    ['data', { data: undefined }],
    ['data', { data: [1] }],
    ['data', { data: { command: 1, fingerprint: 7 } }],
    ['data', { data: { command: 1, context: 'me' } }],
    ['data', { data: { command: 1, context: { correlationId: 5 } } }],
  ])('with a wrong %s is rejected: %j', (what, wrong) => {
    const { event, ...message } = commandMessage(command, envelope);
    const read = () => readCommandMessage({ ...message, event: { ...event, ...wrong } });
    expect(read).toThrow(
      `The message is no command: its ${what}`
        .replace('its subject', 'it has no subject')
        .replace('its time', 'it has no time'),
    );
    expect(read).toThrow(expect.objectContaining({ code: 'message-rejected' }));
  });
});

describe('the sender of commands', () => {
  test('resolves when the broker has the command', async () => {
    const bus = new MemoryMessageBus();
    const sender = new CommandSender({ bus, ...place, clock: () => at });
    await sender.send(command);
    const received = Promise.withResolvers<Message>();
    await bus.subscribe({ topics: ['stock_commands'], group: 'test' }, async (message) =>
      received.resolve(message),
    );
    expect(readCommandMessage(await received.promise)).toMatchObject({ ...command, at });
    await bus.close();
  });

  test('refuses an option that it does not know, by its name', () => {
    const misspelled = { bus: new MemoryMessageBus(), ...place, timeOut: 100 };
    expect(() => new CommandSender(misspelled)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'timeOut' }),
    );
  });

  test('says at once that the broker is down', async () => {
    const bus = new MemoryMessageBus();
    bus.broker.goDown();
    await expect(new CommandSender({ bus, ...place }).send(command)).rejects.toMatchObject({
      code: 'broker-unavailable',
    });
    await bus.close();
  });

  test('waits so long for a broker that does not answer, and gives the message up', async () => {
    const time = new VirtualTime();
    const given: AbortSignal[] = [];
    const bus = new (class extends MemoryMessageBus {
      override publish(
        _messages: readonly Message[],
        { signal }: { signal?: AbortSignal } = {},
      ): Promise<void> {
        if (signal) given.push(signal);
        return new Promise(() => undefined);
      }
    })();
    const sender = new CommandSender({ bus, ...place, timeout: 2_000, timers: time.timers });
    const sent = sender.send(command).catch((error: unknown) => error);
    await time.runUntil(() => time.now() >= 2_000);
    expect(await sent).toMatchObject({ code: 'publish-not-confirmed', retryable: true });
    expect(given[0]?.aborted).toBe(true);
  });
});
