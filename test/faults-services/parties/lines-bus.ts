// A bus that is the process which started this one, asked over standard input and output. It survives a kill -9 of this one.
import { createInterface } from 'node:readline';
import {
  BrokerUnavailableError,
  PublishNotConfirmedError,
  type CheckBack,
  type MessageHandler,
  type PreparedMessage,
  type Subscription,
  type SubscriptionOptions,
  type TwoPhaseBus,
} from '@varve/bus';
import { say } from '../../support/say.ts';
import { linesError, type Asked, type FromBroker, type FromChild, type LinesError } from './lines.ts';

type Answer = Extract<FromBroker, { answer: number }>;
type Delivery = Extract<FromBroker, { deliver: number }>;

/** The part of a bus that services and projectors use. */
export function linesBus(): TwoPhaseBus {
  const lines = new Lines();
  const refuse = (): never => {
    throw new TypeError('Nobody asks this bus for that.');
  };
  return {
    description: 'lines',
    capabilities: {
      ordering: 'none',
      twoPhase: true,
      delay: false,
      maxBytes: 1_000_000,
      deadLetter: 'emulated',
    },
    publish: (messages) => lines.tell({ what: 'publish', messages }),
    async prepare(message): Promise<PreparedMessage> {
      const half = await lines.ask({ what: 'prepare', message });
      return {
        commit: () => lines.tell({ what: 'commit', half }),
        rollback: () => lines.tell({ what: 'rollback', half }),
      };
    },
    onCheck(topics, answer) {
      lines.checkBack = answer;
      return lines.tell({ what: 'on-check', topics });
    },
    subscribe: (options, handler) => lines.subscribe(options, handler),
    deadLetters: refuse,
    health: async () => ({ up: true }),
    onNotice: () => () => undefined,
    close: async () => undefined,
  };
}

class Lines {
  checkBack: CheckBack | undefined;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #handlers = new Map<number, { readonly group: string; readonly handle: MessageHandler }>();
  readonly #running = new Map<number, AbortController>();
  #calls = 0;

  constructor() {
    createInterface({ input: process.stdin }).on('line', (text) => {
      const line = JSON.parse(text) as FromBroker;
      if ('answer' in line) this.#waiting.get(line.answer)?.(line);
      else if ('check' in line) void this.#check(line.check, line.message);
      else if ('deliver' in line) void this.#deliver(line);
      else if ('abort' in line)
        this.#running.get(line.abort)?.abort(new BrokerUnavailableError('Given away.'));
    });
  }

  async ask(asked: Asked): Promise<number> {
    this.#calls += 1;
    const call = this.#calls;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(call, resolve));
    send({ call, asked });
    const { value = 0, error } = await answered;
    this.#waiting.delete(call);
    if (error) throw asError(error);
    return value;
  }

  async tell(asked: Asked): Promise<void> {
    await this.ask(asked);
  }

  async subscribe(options: SubscriptionOptions, handle: MessageHandler): Promise<Subscription> {
    const { group } = options;
    const subscription = await this.ask({ what: 'subscribe', options });
    this.#handlers.set(subscription, { group, handle });
    const tell = (what: 'pause' | 'resume' | 'unsubscribe') => this.tell({ what, subscription });
    return {
      group,
      status: () => ({ state: 'running', inFlight: 0, handled: 0, retried: 0, deadLettered: 0 }),
      pause: () => void tell('pause'),
      resume: () => void tell('resume'),
      close: () => tell('unsubscribe'),
    };
  }

  async #check(check: number, message: Delivery['message']): Promise<void> {
    const given = await this.checkBack?.(message).catch(() => 'unknown' as const);
    send({ checked: check, given: given ?? 'unknown' });
  }

  async #deliver({ deliver, to, message, attempt, bytes }: Delivery): Promise<void> {
    const running = new AbortController();
    this.#running.set(deliver, running);
    const { group, handle } = this.#handlers.get(to) ?? {};
    try {
      if (!handle) throw new BrokerUnavailableError('Not subscribed yet.');
      await handle(message, { attempt, group: group ?? '', signal: running.signal, bytes });
      send({ settled: deliver });
    } catch (error) {
      send({ settled: deliver, error: linesError(error) });
    } finally {
      this.#running.delete(deliver);
    }
  }
}

function send(line: FromChild): void {
  say(line);
}

function asError({ code, message }: LinesError): Error {
  return code === 'publish-not-confirmed'
    ? new PublishNotConfirmedError(message)
    : new BrokerUnavailableError(message);
}
