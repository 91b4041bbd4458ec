import type { Timers } from '@varve/eventstore';
import type { WireMessage } from '../../message/wire-message.js';
import type { BusNotice } from '../../transport/bus-notice.js';
import type { Deliveries } from './deliveries.js';
import type { Subscription, SubscriptionStatus } from '../../transport/subscription.js';
import type { KafkaConsumer, KafkaDriver, TopicPartition } from '../driver/kafka-driver.js';
import { Dispatcher, type GivenUp } from './dispatcher.js';
import { GroupMember } from './group-member.js';
import { OffsetCommits } from './offset-commits.js';
import type { LaneEntry } from './lane-entry.js';

export interface KafkaSubscriptionPorts {
  readonly driver: KafkaDriver;
  readonly timers: Timers;
  readonly connectTimeout: number;
  readonly drainTimeout: number;
  readonly notify: (notice: BusNotice) => void;
  /** Resolves with `true` when the broker has it, or else when the signal was aborted. */
  deadLetter(wire: WireMessage, entry: LaneEntry, given: GivenUp, signal: AbortSignal): Promise<boolean>;
  /** Commits where a group begins that wants what comes from now on. */
  fixStart(consumer: KafkaConsumer, partitions: readonly TopicPartition[]): Promise<void>;
  /** Nothing of it is needed any more. */
  closed(subscription: KafkaSubscription): void;
}

/** Fetching never waits for a handler: so heartbeats go on however long one takes, and a key that fails holds no other partition. */
export class KafkaSubscription implements Subscription {
  readonly group: string;
  readonly #closing = new AbortController();
  readonly #dispatcher: Dispatcher;
  readonly #commits: OffsetCommits;
  readonly #member: GroupMember;
  #assigned: readonly TopicPartition[] = [];
  #state: SubscriptionStatus['state'] = 'running';
  #isPaused = false;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly delivering: Deliveries,
    private readonly ports: KafkaSubscriptionPorts,
  ) {
    const { timers } = ports;
    this.group = delivering.settings.group;
    this.#member = this.#makeMember();
    this.#dispatcher = new Dispatcher(delivering, {
      timers,
      setFlow: (paused, flowing) => this.#member.setFlow(paused, flowing),
      advanced: () => this.#commits.soon(),
      deadLetter: (wire, entry, given) => ports.deadLetter(wire, entry, given, this.#closing.signal),
    });
    this.#commits = new OffsetCommits({
      timers,
      lanes: () => this.#dispatcher.lanes,
      commit: (offsets) => this.#member.commit(offsets),
      failed: (error) => delivering.failed(error),
    });
  }

  async start(): Promise<void> {
    await this.#member.start(this.ports.connectTimeout);
    this.ports.notify({ kind: 'connected', what: this.#what });
  }

  status(): SubscriptionStatus {
    const { counts } = this.delivering;
    const state = this.#state === 'running' && this.#isPaused ? 'paused' : this.#state;
    return { ...counts, state, inFlight: this.#dispatcher.inFlight };
  }

  pause(): void {
    if (this.#isPaused || this.#closed) return;
    this.#isPaused = true;
    this.#dispatcher.pause();
  }

  resume(): void {
    if (!this.#isPaused || this.#closed) return;
    this.#isPaused = false;
    this.#dispatcher.resume();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #what(): string {
    return `group "${this.group}"`;
  }

  #makeMember(): GroupMember {
    const { driver, timers } = this.ports;
    const { group, topics, startFrom } = this.delivering.settings;
    const isLatest = startFrom === 'latest';
    return new GroupMember({
      timers,
      consumer: (events) => driver.consumer({ group, topics, fromBeginning: !isLatest }, events),
      events: {
        assigned: (partitions) => {
          this.#assigned = partitions;
          this.#dispatcher.assigned(partitions);
        },
        fetched: (batch) => this.#dispatcher.fetched(batch),
      },
      joined: async (consumer) => {
        if (isLatest) await this.ports.fixStart(consumer, this.#assigned);
      },
      lost: (error) => this.#lost(error),
      back: () => this.#back(),
    });
  }

  #lost(error: unknown): void {
    this.delivering.failed(error);
    if (this.#state === 'running') this.ports.notify({ kind: 'disconnected', what: this.#what, error });
    if (!this.#closed) this.#state = 'unavailable';
  }

  #back(): void {
    if (!this.#closed) this.#state = 'running';
    this.ports.notify({ kind: 'connected', what: this.#what });
    this.#commits.soon();
  }

  async #close(): Promise<void> {
    const { timers, drainTimeout, notify } = this.ports;
    const cancel = timers.after(drainTimeout, () => {
      const error = new Error(`Handlers of ${this.#what} were told to stop after ${drainTimeout} ms.`);
      notify({ kind: 'trouble', what: 'closing a subscription', error });
      this.#dispatcher.abort();
    });
    await this.#dispatcher.stop();
    cancel();
    this.#closing.abort();
    this.#state = 'closed';
    await this.#commits.close();
    await this.#member.close();
    this.ports.closed(this);
  }
}
