import {
  givenOptions,
  systemTimers,
  tell,
  type LogReader,
  type OptionKind,
  type Timers,
} from '@varve/eventstore';
import { assertKnownOptions } from '../message/known-options.js';
import type { BusNotice } from '../transport/bus-notice.js';
import { InvalidBusOptionsError } from '../transport/errors.js';
import type { MessageBus } from '../transport/message-bus.js';
import type { SubscriptionOptions } from '../transport/subscription.js';

/** What a `Sequencer` is made of. */
export interface SequencerOptions extends Pick<SubscriptionOptions, 'onPoison'> {
  /** Where a group begins that is new to the broker. Default `latest`: the log has the rest. */
  readonly startFrom?: 'earliest' | 'latest';
  /** The bus that commits come by; it is not closed with the sequencer. */
  readonly bus: MessageBus;
  /** Where the commits come, by their names at the broker: at least one, each once. */
  readonly topics: readonly string[];
  /** One for each projection of each read-model database: its messages are shared by nobody. */
  readonly group: string;
  /** Where gaps and pointers are read: the log itself, or its owner's endpoint. */
  readonly log: LogReader;
  /** The most messages in hand, 1 to 10,000; default 1,000. The bus fetches no more until some are done. */
  readonly maxHeld?: number;
  /** Beyond so many bytes of what waits nothing more is fetched, and what waits longest keeps its numbers only. Default 16 MiB. */
  readonly maxHeldBytes?: number;
  /** How long a gap may fill by itself before the log is asked, on a bus without lanes, in milliseconds. Default 50. */
  readonly hold?: number;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** What it waits by: for gaps to fill, and before it tries again. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Hears of tries to subscribe that fail, messages that are dropped, and a feed that stands still. Default: nobody does. */
  readonly onNotice?: (notice: BusNotice) => void;
}

export type SequencerSettings = Required<SequencerOptions>;

const KNOWN: Readonly<Record<keyof Required<SequencerOptions>, OptionKind>> = {
  startFrom: ['earliest', 'latest'],
  onPoison: true,
  bus: 'object',
  topics: 'array',
  group: 'string',
  log: 'object',
  maxHeld: true,
  maxHeldBytes: true,
  hold: true,
  clock: 'function',
  timers: 'object',
  random: 'function',
  onNotice: 'function',
};

/** @throws InvalidBusOptionsError */
export function sequencerSettings(options: SequencerOptions): SequencerSettings {
  assertKnownOptions<SequencerOptions>('a sequencer', options, KNOWN);
  const settings: SequencerSettings = {
    startFrom: 'latest',
    onPoison: 'dead-letter',
    maxHeld: 1_000,
    maxHeldBytes: 16 * 1024 * 1024,
    hold: 50,
    clock: () => performance.now(),
    timers: systemTimers,
    random: Math.random,
    ...givenOptions(options),
    onNotice: (notice) => tell(options.onNotice, notice),
  };
  assertNumber('maxHeld', settings.maxHeld, 1, 10_000);
  assertNumber('maxHeldBytes', settings.maxHeldBytes, 1, Number.MAX_SAFE_INTEGER);
  assertNumber('hold', settings.hold, 0, 60_000);
  return settings;
}

function assertNumber(option: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new InvalidBusOptionsError(
    option,
    `"${option}" of a sequencer is ${value}. Use a number from ${least} to ${most}.`,
  );
}
