import {
  BrokerUnavailableError,
  type BusError,
  MessageRejectedError,
  type CheckBackAnswer,
  type Message,
  type MessageContext,
  type PreparedMessage,
  type Subscription,
} from '@varve/bus';
import { MemoryMessageBus, type MemoryBroker } from '@varve/bus/memory';
import type { Child } from '../support/child-process.ts';
import { linesError, type Asked, type FromBroker, type FromChild, type LinesError } from './parties/lines.ts';

/** Does for a child what it asks of its bus, for as long as it lives, on a broker of this process. */
export class LinesBroker {
  readonly #bus: MemoryMessageBus;
  readonly #child: Child;
  readonly #halves = new Map<number, PreparedMessage>();
  readonly #checks = new Map<number, (answer: CheckBackAnswer) => void>();
  readonly #deliveries = new Map<number, (error: LinesError | undefined) => void>();
  readonly #subscriptions = new Map<number, Subscription>();
  #heard = 0;
  #numbers = 0;

  constructor(broker: MemoryBroker, child: Child) {
    this.#bus = new MemoryMessageBus({ broker });
    this.#child = child;
    child.process.stdout?.on('data', () => setImmediate(() => this.#hear()));
    void child.exited.then(() => this.#bus.crash());
  }

  #hear(): void {
    for (; this.#heard < this.#child.messages.length; this.#heard += 1) {
      const line = this.#child.messages[this.#heard] as FromChild;
      if ('call' in line) void this.#serve(line.call, line.asked);
      else if ('checked' in line) this.#checks.get(line.checked)?.(line.given);
      else if ('settled' in line) this.#deliveries.get(line.settled)?.(line.error);
    }
  }

  async #serve(answer: number, asked: Asked): Promise<void> {
    try {
      this.#say({ answer, value: (await this.#do(asked)) ?? 0 });
    } catch (error) {
      this.#say({ answer, error: linesError(error) });
    }
  }

  async #do(asked: Asked): Promise<number | undefined> {
    switch (asked.what) {
      case 'publish':
        await this.#bus.publish(asked.messages);
        return undefined;
      case 'prepare':
        return this.#keep(this.#halves, await this.#bus.prepare(asked.message));
      case 'commit':
        await this.#halves.get(asked.half)?.commit();
        return undefined;
      case 'rollback':
        await this.#halves.get(asked.half)?.rollback();
        return undefined;
      case 'on-check':
        await this.#bus.onCheck(asked.topics, (message) => this.#check(message));
        return undefined;
      case 'subscribe':
        return this.#subscribe(asked.options);
      case 'pause':
      case 'resume':
        this.#subscriptions.get(asked.subscription)?.[asked.what]();
        return undefined;
      case 'unsubscribe':
        await this.#subscriptions.get(asked.subscription)?.close();
        return undefined;
    }
  }

  async #subscribe(options: Extract<Asked, { what: 'subscribe' }>['options']): Promise<number> {
    this.#numbers += 1;
    const to = this.#numbers;
    this.#subscriptions.set(
      to,
      await this.#bus.subscribe(options, (message, context) => this.#deliver(to, message, context)),
    );
    return to;
  }

  async #deliver(to: number, message: Message, { attempt, signal, bytes }: MessageContext): Promise<void> {
    let settle: (error: LinesError | undefined) => void = () => undefined;
    const settled = new Promise<LinesError | undefined>((resolve) => (settle = resolve));
    const deliver = this.#keep(this.#deliveries, settle);
    const abort = (): void => this.#say({ abort: deliver });
    signal.addEventListener('abort', abort, { once: true });
    this.#say({ deliver, to, message, attempt, bytes });
    const error = await settled;
    signal.removeEventListener('abort', abort);
    this.#deliveries.delete(deliver);
    if (error) throw asError(error);
  }

  #check(message: Message): Promise<CheckBackAnswer> {
    return new Promise((resolve) => {
      this.#say({ check: this.#keep(this.#checks, resolve), message });
    });
  }

  #keep<T>(kept: Map<number, T>, value: T): number {
    this.#numbers += 1;
    kept.set(this.#numbers, value);
    return this.#numbers;
  }

  #say(line: FromBroker): void {
    this.#child.say(line);
  }
}

function asError({ code, message }: LinesError): BusError {
  return code === 'message-rejected'
    ? new MessageRejectedError(message)
    : new BrokerUnavailableError(message);
}
