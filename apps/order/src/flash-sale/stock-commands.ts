import { Inject, Injectable, Logger } from '@nestjs/common';
import { CommandAnswers, CommandSender, isBusError } from '@varve/bus';
import type { Command, CommandAnswer, MessageBus, Refusal } from '@varve/bus';
import { getBusHostToken, InjectMessageBus } from '@varve/bus/nest';
import type { BusHost } from '@varve/bus/nest';
import { BusNotConfiguredError, CommandNotAcceptedError } from './errors.js';

/** Names the topic that commands on stocks travel on, as a category names the topic of its commits. */
export const STOCK_COMMANDS = 'stock_commands';

const NOT_ACCEPTED: Refusal = {
  code: 'not-accepted',
  reason: 'The broker did not confirm the command: it was not accepted.',
};

/** The way of a command to the bus. */
@Injectable()
export class StockCommands {
  readonly #logger = new Logger('StockCommands');
  readonly #sender: CommandSender | undefined;

  constructor(
    @InjectMessageBus() bus: MessageBus | undefined,
    @Inject(getBusHostToken()) host: BusHost,
    @Inject(CommandAnswers) private readonly answers: CommandAnswers,
  ) {
    const topic = host.naming.topicOf(`${STOCK_COMMANDS}-`);
    this.#sender = bus && new CommandSender({ bus, topic, source: '/orders/commands' });
  }

  /**
   * Resolves when the command is with the broker, or has its answer.
   *
   * @throws BusNotConfiguredError
   * @throws CommandNotAcceptedError the broker did not take it
   */
  async accept(command: Command): Promise<CommandAnswer> {
    const sender = this.#senderOfBus();
    // Under an id of a client it may be the second time.
    if (command.fingerprint !== undefined) {
      const answer = await this.answers.answerOf(command);
      if (answer.status !== 'pending') return answer;
    }
    try {
      await sender.send(command);
      return { status: 'pending' };
    } catch (error) {
      if (isBusError(error)) return this.#withdraw(command, error);
      throw error;
    }
  }

  /** The broker may have got it all the same. Who knows its id can send it again; an id that nobody was told is made impossible. */
  async #withdraw(command: Command, cause: Error): Promise<CommandAnswer> {
    // The customer is not told what is wrong with the broker.
    this.#logger.warn(`Command ${command.id} was not accepted: ${cause.message}`);
    if (command.fingerprint !== undefined) throw new CommandNotAcceptedError('unknown', { cause });
    const answer = await this.answers.refuse(command, NOT_ACCEPTED).catch((): CommandAnswer => {
      throw new CommandNotAcceptedError('unknown', { cause });
    });
    if (answer.status === 'accepted') return answer;
    throw new CommandNotAcceptedError('never', { cause });
  }

  #senderOfBus(): CommandSender {
    if (!this.#sender) throw new BusNotConfiguredError();
    return this.#sender;
  }
}
