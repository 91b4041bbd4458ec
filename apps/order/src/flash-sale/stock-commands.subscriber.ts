import { Inject } from '@nestjs/common';
import { carryOut, CommandAnswers, onAggregate, readCommandMessage, Turns } from '@varve/bus';
import type { Message } from '@varve/bus';
import { OnMessage, Subscriber } from '@varve/bus/nest';
import type { AggregateRepository } from '@varve/eventstore';
import { InjectAggregateRepository } from '@varve/eventstore/nest';
import { reservationOf } from './reserve-stock.js';
import { STOCK_COMMANDS } from './stock-commands.js';
import { Stock } from './stock.js';

/** Longer than this no customer waits for a store that is back. */
const LONGEST_PAUSE = 5_000;

/**
 * Carries out the commands on stocks. Many of one stock are in hand at once: those that get pieces take turns, and a sold-out sale refuses the
 * others together, many in one disk flush. What was accepted is tried until it has an answer: a store that is away for long must not drive
 * commands into the dead letters.
 */
@Subscriber({
  group: 'order-commands',
  categories: [STOCK_COMMANDS],
  order: 'none',
  maxInFlight: 256,
  onFailure: 'retry-for-ever',
  retry: { maxDelay: LONGEST_PAUSE },
})
export class StockCommandsSubscriber {
  readonly #turns = new Turns();

  constructor(
    @InjectAggregateRepository(Stock) private readonly stocks: AggregateRepository<Stock>,
    @Inject(CommandAnswers) private readonly answers: CommandAnswers,
  ) {}

  @OnMessage()
  async carryOut(message: Message): Promise<void> {
    const command = readCommandMessage(message);
    const { sku, ...reservation } = reservationOf(command);
    const work = onAggregate(this.stocks, sku, (stock) => {
      stock.reserve(reservation);
    });
    await carryOut(command, work, this.answers, { turns: this.#turns });
  }
}
