import type { WireMessage } from '../message/wire-message.js';
import { BrokerUnavailableError } from '../transport/errors.js';
import type { Settlement } from '../transport/settle.js';
import { Fifo } from './fifo.js';
import type { MemoryBroker } from './memory-broker.js';
import type { MemorySubscription } from './memory-subscription.js';

interface Queued {
  readonly wire: WireMessage;
  attempts: number;
}

/** Messages that are handed over one after the other: those of one key, or just one. */
interface Lane {
  readonly name: string | undefined;
  readonly messages: Fifo<Queued>;
}

/** A message in somebody's hand. */
interface Delivery {
  readonly lane: Lane;
  readonly message: Queued;
  readonly member: MemorySubscription;
  readonly controller: AbortController;
  /** Somebody else has it by now: what this handler does no longer counts. */
  isAbandoned: boolean;
}

/** The subscriptions that share the messages of some topics. It stays when they leave. */
export class MemoryGroup {
  readonly topics = new Set<string>();
  readonly #members: MemorySubscription[] = [];
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Fifo<Lane>();
  readonly #deliveries = new Set<Delivery>();
  #next = 0;
  #isWoken = false;

  constructor(
    readonly name: string,
    readonly order: 'key' | 'none',
    private readonly broker: MemoryBroker,
  ) {}

  join(member: MemorySubscription): void {
    this.#members.push(member);
    this.wake();
  }

  leave(member: MemorySubscription): void {
    const index = this.#members.indexOf(member);
    if (index >= 0) this.#members.splice(index, 1);
  }

  /** As when its process is killed: it leaves, and what it had in hand is given to others. */
  lose(member: MemorySubscription): void {
    this.leave(member);
    for (const delivery of this.#deliveries) {
      if (delivery.member === member && !delivery.isAbandoned) this.#abandon(delivery);
    }
  }

  add(wire: WireMessage): void {
    const { chaos, schedule } = this.broker;
    if (chaos.strikes('delay')) {
      schedule.after(chaos.someTime(), () => this.#enqueue(wire));
      return;
    }
    this.#enqueue(wire);
  }

  /** Hands over what it can, when the event loop comes round. */
  wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.broker.timers.after(0, () => {
      this.#isWoken = false;
      this.#dispatch();
    });
  }

  #enqueue(wire: WireMessage): void {
    const message: Queued = { wire, attempts: 0 };
    const lane = this.#laneOf(wire);
    const isHeld = lane.messages.size > 0;
    lane.messages.push(message);
    if (isHeld) return;
    if (this.broker.chaos.strikes('reorder')) this.#ready.unshift(lane);
    else this.#ready.push(lane);
    this.wake();
  }

  #laneOf({ topic, key }: WireMessage): Lane {
    if (this.order === 'none' || key === undefined || this.broker.chaos.breaksOrder) {
      return { name: undefined, messages: new Fifo() };
    }
    const name = JSON.stringify([topic, key]);
    let lane = this.#lanes.get(name);
    if (!lane) this.#lanes.set(name, (lane = { name, messages: new Fifo() }));
    return lane;
  }

  #dispatch(): void {
    while (this.broker.isUp && this.#ready.size > 0) {
      const member = this.#memberWithRoom();
      if (!member) return;
      this.#hand(this.#ready.shift() as Lane, member);
    }
  }

  #memberWithRoom(): MemorySubscription | undefined {
    for (let i = 0; i < this.#members.length; i++) {
      const member = this.#members[(this.#next + i) % this.#members.length];
      if (!member?.hasRoom) continue;
      this.#next = (this.#next + i + 1) % this.#members.length;
      return member;
    }
    return undefined;
  }

  #hand(lane: Lane, member: MemorySubscription): void {
    const message = lane.messages.peek() as Queued;
    message.attempts += 1;
    const attempt = message.attempts;
    const delivery = { lane, message, member, controller: new AbortController(), isAbandoned: false };
    this.#deliveries.add(delivery);
    void member.handle(message.wire, attempt, delivery.controller.signal).then((settlement) => {
      this.#finish(delivery, settlement, attempt);
    });
    if (this.broker.chaos.strikes('splitGroup')) this.#abandon(delivery);
  }

  #finish(delivery: Delivery, settlement: Settlement, attempt: number): void {
    const { lane, message, member } = delivery;
    this.#deliveries.delete(delivery);
    if (!delivery.isAbandoned) {
      if (!this.broker.isUp) this.#notTaken(delivery);
      else if (settlement.kind === 'acknowledge' && this.broker.chaos.strikes('redeliver')) this.#again(lane);
      else {
        this.#settle(lane, message, settlement);
        member.delivering.settled(message.wire, settlement, attempt);
      }
    }
    member.handled();
    this.wake();
  }

  #settle(lane: Lane, { wire, attempts }: Queued, settlement: Settlement): void {
    if (settlement.kind === 'retry') {
      this.broker.schedule.after(settlement.delay, () => this.#again(lane));
      return;
    }
    if (settlement.kind === 'dead-letter') {
      const { reason, error } = settlement;
      this.broker.deadLettersOf(this.name).add(wire, { group: this.name, reason, error, attempts });
    }
    lane.messages.shift();
    if (lane.messages.size > 0) this.#again(lane);
    else if (lane.name !== undefined) this.#lanes.delete(lane.name);
  }

  #notTaken({ lane, member }: Delivery): void {
    member.delivering.failed(
      new BrokerUnavailableError('The in-process broker is down: nothing was settled.'),
    );
    this.#again(lane);
  }

  #abandon(delivery: Delivery): void {
    delivery.isAbandoned = true;
    delivery.controller.abort();
    this.#again(delivery.lane);
  }

  #again(lane: Lane): void {
    this.#ready.push(lane);
    this.wake();
  }
}
