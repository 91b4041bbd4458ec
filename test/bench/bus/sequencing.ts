import process from 'node:process';
import {
  decodeWire,
  encodeWire,
  Sequencer,
  type Message,
  type MessageBus,
  type MessageHandler,
} from '@varve/bus';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { median, type Benchmark } from '../measure.ts';
import { newEvent, streamName, STREAMS } from '../payload.ts';
import { messagesOf } from './commits.ts';
import { Sink } from './sink.ts';

/** What the issue allows, in microseconds. */
const MOST = 3;
/** Handed over at a time, as by an adapter with so many in flight. */
const IN_HAND = 500;

export const sequencing: Benchmark = {
  name: 'bus-sequencer',
  about: 'what the sequencer adds to a message that was decoded: checked, held, handed over, acknowledged',
  run: async ({ quick, rounds }) => {
    const amount = quick ? 50_000 : 300_000;
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await microsecondsPerMessage(amount));
    const ours = median(times);
    const unit = 'µs per message (less is better)';
    return [{ name: 'sequencer-overhead', unit, ours, reference: MOST, ratio: MOST / ours, goal: 1 }];
  },
};

/** Of the processor, garbage collection included: nothing here waits for anybody. */
async function microsecondsPerMessage(amount: number): Promise<number> {
  const bus = new DirectBus();
  const log = new InMemoryEventStore();
  const sequencer = new Sequencer({ bus, topics: ['order'], group: 'bench', log });
  const sink = new Sink(sequencer);
  sink.open(log.logId);
  const handle = await bus.handler;
  const { signal } = new AbortController();
  let microseconds = 0;
  for (let from = 0; from < amount; from += IN_HAND) {
    const messages = messagesFrom(from, log.logId);
    const began = process.cpuUsage();
    await Promise.all(
      messages.map((message) => handle(message, { attempt: 1, signal, group: 'bench', bytes: 600 })),
    );
    const { user, system } = process.cpuUsage(began);
    microseconds += user + system;
  }
  if (sink.applied !== amount) throw new Error(`${sink.applied} of ${amount} came through.`);
  await sink.close();
  return microseconds / amount;
}

/** As they come from the wire. */
function messagesFrom(from: number, logId: string): readonly Message[] {
  const commits = Array.from({ length: IN_HAND }, (_, i) => {
    const version = Math.floor((from + i) / STREAMS) + 1;
    const stream = names[(from + i) % STREAMS] ?? '';
    const events = [{ ...newEvent(from + i), version }];
    return {
      stream,
      firstVersion: version,
      lastVersion: version,
      position: from + i + 1,
      at: new Date(),
      events,
    };
  });
  return messagesOf(commits, logId, 'order').map((message) => decodeWire(encodeWire(message)));
}

const names = Array.from({ length: STREAMS }, (_, number) => streamName(number));

/** Hands the handler out, instead of messages in. */
class DirectBus implements MessageBus {
  readonly description = 'direct';
  readonly capabilities = {
    ordering: 'lane',
    twoPhase: false,
    delay: false,
    maxBytes: 1_000_000,
    deadLetter: 'native',
  } as const;
  readonly #handler = Promise.withResolvers<MessageHandler>();

  get handler(): Promise<MessageHandler> {
    return this.#handler.promise;
  }

  subscribe: MessageBus['subscribe'] = async ({ group }, handler) => {
    this.#handler.resolve(handler);
    const counts = { inFlight: 0, handled: 0, retried: 0, deadLettered: 0 };
    const nothing = (): void => undefined;
    return {
      group,
      status: () => ({ state: 'running', ...counts }),
      pause: nothing,
      resume: nothing,
      close: async () => undefined,
    };
  };
  publish = async (): Promise<void> => undefined;
  deadLetters: MessageBus['deadLetters'] = () => {
    throw new Error('There are none.');
  };
  health = async () => ({ up: true }) as const;
  onNotice = () => () => undefined;
  close = async (): Promise<void> => undefined;
}
