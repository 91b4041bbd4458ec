import { shownOption, systemTimers, type OptionKind, type Timers } from '@varve/eventstore';
import { assertKnownOptions } from '../message/known-options.js';
import { InvalidBusOptionsError, PublishNotConfirmedError } from '../transport/errors.js';
import type { MessageBus } from '../transport/message-bus.js';
import type { Command } from './command.js';
import { commandMessage } from './command-message.js';

/** What a `CommandSender` is made of. */
export interface CommandSenderOptions {
  /** What the commands are published on; it is the caller's to close. */
  readonly bus: MessageBus;
  /** Where the commands go, by its name at the broker. */
  readonly topic: string;
  /** Who accepts commands: a URI reference, such as `/shop/orders`. */
  readonly source: string;
  /** How long the broker may take, in milliseconds. Default 5,000: somebody waits for it. */
  readonly timeout?: number;
  /** What `timeout` is measured by. Default `systemTimers`. */
  readonly timers?: Timers;
  /** When a command was accepted. Default: the time of day. */
  readonly clock?: () => Date;
}

const KNOWN: Readonly<Record<keyof Required<CommandSenderOptions>, OptionKind>> = {
  bus: 'object',
  topic: 'string',
  source: 'string',
  timeout: true,
  timers: 'object',
  clock: 'function',
};

const DEFAULT_TIMEOUT = 5_000;

/** Puts commands on a bus, for whoever cannot wait until they are carried out. */
export class CommandSender {
  /** @throws InvalidBusOptionsError */
  constructor(private readonly options: CommandSenderOptions) {
    assertKnownOptions<CommandSenderOptions>('a command sender', options, KNOWN);
    const { timeout = DEFAULT_TIMEOUT } = options;
    if (Number.isFinite(timeout) && timeout > 0) return;
    throw new InvalidBusOptionsError(
      'timeout',
      `"timeout" of a command sender is ${shownOption(timeout)}. Give milliseconds above 0.`,
    );
  }

  /**
   * Resolves when the broker has the command: from then on it is carried out, or refused. After any rejection it may still be carried out,
   * if the broker has got it: send it again under the same id, or refuse that id (`CommandAnswers.refuse`).
   *
   * @throws BrokerUnavailableError, PublishNotConfirmedError, BrokerRefusedError, MessageTooLargeError
   */
  async send(command: Command): Promise<void> {
    const { bus, topic, source, timeout = DEFAULT_TIMEOUT, timers = systemTimers, clock } = this.options;
    const message = commandMessage(command, { topic, source, at: clock?.() ?? new Date() });
    const over = new AbortController();
    const expired = Promise.withResolvers<never>();
    const cancel = timers.after(timeout, () => {
      const late = new PublishNotConfirmedError(
        `The broker has not confirmed command ${command.id} within ${timeout} ms. It may have arrived: send it again under the same id.`,
      );
      over.abort(late);
      expired.reject(late);
    });
    try {
      await Promise.race([bus.publish([message], { signal: over.signal }), expired.promise]);
    } finally {
      cancel();
    }
  }
}
