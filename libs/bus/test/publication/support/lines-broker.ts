import { isBusError, type CheckBackAnswer, type Message, type PreparedMessage } from '@varve/bus';
import { MemoryMessageBus, type MemoryBroker } from '@varve/bus/memory';
import type { Child } from '../../../../../test/support/children.js';

type Line = Readonly<Record<string, unknown>>;

export function connectLines(broker: MemoryBroker, child: Child): LinesBroker {
  return new LinesBroker(broker, child);
}

/** Does for a child what it asks of its bus, and asks it what the broker wants to know, for as long as it lives. */
class LinesBroker {
  readonly #bus: MemoryMessageBus;
  readonly #halves = new Map<number, PreparedMessage>();
  readonly #checks = new Map<number, (answer: CheckBackAnswer) => void>();
  readonly #child: Child;
  #heard = 0;
  #prepared = 0;
  #asked = 0;

  constructor(broker: MemoryBroker, child: Child) {
    this.#bus = new MemoryMessageBus({ broker });
    this.#child = child;
    child.process.stdout?.on('data', () => setImmediate(() => this.#hear()));
    void child.exited.then(() => this.#bus.crash());
  }

  #hear(): void {
    for (; this.#heard < this.#child.messages.length; this.#heard += 1) {
      const line = this.#child.messages[this.#heard] as Line;
      if ('call' in line) void this.#serve(line);
      else if ('checked' in line)
        this.#checks.get(line['checked'] as number)?.(line['given'] as CheckBackAnswer);
    }
  }

  async #serve(line: Line): Promise<void> {
    const answer = line['call'];
    try {
      this.#child.say({ answer, value: await this.#do(line) });
    } catch (error) {
      const code = isBusError(error) ? error.code : 'broker-unavailable';
      this.#child.say({ answer, error: { code, message: String(error) } });
    }
  }

  async #do(line: Line): Promise<unknown> {
    switch (line['what']) {
      case 'publish':
        return this.#bus.publish(line['messages'] as Message[]);
      case 'prepare':
        return this.#prepare(line['message'] as Message);
      case 'commit':
        return this.#halves.get(line['half'] as number)?.commit();
      case 'rollback':
        return this.#halves.get(line['half'] as number)?.rollback();
      case 'onCheck':
        return this.#bus.onCheck(line['topics'] as string[], (message) => this.#ask(message));
      default:
        throw new TypeError(`Nobody knows what "${String(line['what'])}" is.`);
    }
  }

  async #prepare(message: Message): Promise<number> {
    this.#prepared += 1;
    const half = this.#prepared;
    this.#halves.set(half, await this.#bus.prepare(message));
    return half;
  }

  #ask(message: Message): Promise<CheckBackAnswer> {
    this.#asked += 1;
    const check = this.#asked;
    this.#child.say({ check, message });
    return new Promise((resolve) => this.#checks.set(check, resolve));
  }
}
