import { Injectable } from '@nestjs/common';
import type { AggregateRepository, Commit, SaveResult } from '@varve/eventstore';
import { InjectAggregateRepository } from '@varve/eventstore/nest';
import type { Conditions } from './commands.js';
import { Order } from './order.js';
import { PreconditionFailedError } from './precondition.js';

/** Carries out one command on one order, under the conditions of whoever sent it. */
@Injectable()
export class ExecuteOrder {
  constructor(@InjectAggregateRepository(Order) private readonly orders: AggregateRepository<Order>) {}

  /**
   * `decide` runs again after a conflict.
   *
   * @throws PreconditionFailedError the order is at none of the demanded versions
   * @throws CommitIdReusedError the commit id stands for a command with other content
   */
  execute(orderId: string, conditions: Conditions, decide: (order: Order) => void): Promise<SaveResult> {
    const { commitId, contentHash, versions } = conditions;
    const options = {
      ...(commitId && { commitId }),
      ...(contentHash && {
        metadata: { contentHash },
        isRepeat: ({ events }: Commit) => events[0]?.metadata['contentHash'] === contentHash,
      }),
    };
    return this.orders.execute(
      orderId,
      (order) => {
        this.#assertVersion(order, versions);
        decide(order);
      },
      options,
    );
  }

  #assertVersion(order: Order, demanded: Conditions['versions']): void {
    const actual = this.orders.versionOf(order);
    const met = demanded === undefined || (demanded === 'any' ? actual > 0 : demanded.includes(actual));
    if (!met) throw new PreconditionFailedError(order.id, actual);
  }
}
