import { Injectable } from '@nestjs/common';
import { CommitIdReusedError } from '@varve/eventstore';
import type { AggregateRepository, EventStore, SaveResult } from '@varve/eventstore';
import { InjectAggregateRepository, InjectEventStore } from '@varve/eventstore/nest';
import type { Conditions } from './commands.js';
import { Order } from './order.js';
import { PreconditionFailedError } from './precondition.js';

/** Carries out one command on one order, under the conditions of whoever sent it. */
@Injectable()
export class ExecuteOrder {
  constructor(
    @InjectAggregateRepository(Order) private readonly orders: AggregateRepository<Order>,
    @InjectEventStore() private readonly store: EventStore,
  ) {}

  /**
   * `decide` runs again after a conflict.
   *
   * @throws PreconditionFailedError the order is at none of the demanded versions
   * @throws CommitIdReusedError the commit id stands for a command with other content
   */
  async execute(
    orderId: string,
    conditions: Conditions,
    decide: (order: Order) => void,
  ): Promise<SaveResult> {
    const { commitId, contentHash, versions } = conditions;
    const result = await this.orders.execute(
      orderId,
      (order) => {
        this.#assertVersion(order, versions);
        decide(order);
      },
      { ...(commitId && { commitId }), ...(contentHash && { metadata: { contentHash } }) },
    );
    if (result.outcome === 'repeated') await this.#assertSameContent(conditions);
    return result;
  }

  #assertVersion(order: Order, demanded: Conditions['versions']): void {
    const actual = this.orders.versionOf(order);
    const met = demanded === undefined || (demanded === 'any' ? actual > 0 : demanded.includes(actual));
    if (!met) throw new PreconditionFailedError(order.id, actual);
  }

  /** The first command was decided on another past, so its events cannot be decided again to compare them: its hash is compared. */
  async #assertSameContent({ commitId, contentHash }: Conditions): Promise<void> {
    if (!commitId || !contentHash) return;
    const found = await this.store.findCommit(commitId);
    if (found.outcome !== 'committed') return;
    const first = found.commit.events[0]?.metadata['contentHash'];
    if (first !== contentHash) throw new CommitIdReusedError(commitId, found.commit.stream);
  }
}
