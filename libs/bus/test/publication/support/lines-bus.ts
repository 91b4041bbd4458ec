// A bus that is another process, which is asked over standard input and output, one JSON value per line. It survives a kill -9 of this one.
import { createInterface } from 'node:readline';
import {
  BusError,
  type BusCapabilities,
  type CheckBack,
  type Message,
  type PreparedMessage,
  type TwoPhaseBus,
} from '@varve/bus';

interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly error?: { readonly code: 'broker-unavailable'; readonly message: string };
}

interface Question {
  readonly check: number;
  readonly message: Message;
}

/** Called before each call is sent, and when its answer has come. */
export type Step = () => void;

export function linesBus(
  step: Step,
  onOther: (line: Readonly<Record<string, unknown>>) => void,
): TwoPhaseBus {
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  let checkBack: CheckBack | undefined;

  const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const ask = async (what: string, facts: object): Promise<unknown> => {
    step();
    calls += 1;
    const call = calls;
    const answered = new Promise<Answer>((resolve) => waiting.set(call, resolve));
    say({ call, what, ...facts });
    const { value, error } = await answered;
    step();
    if (error) throw new BusError(error.code, error.message);
    return value;
  };
  const tell = async (what: string, facts: object): Promise<void> => {
    await ask(what, facts);
  };
  const reply = async ({ check, message }: Question): Promise<void> => {
    const given = await checkBack?.(message).catch(() => 'unknown');
    step();
    say({ checked: check, given: given ?? 'unknown' });
  };

  createInterface({ input: process.stdin }).on('line', (text) => {
    const line = JSON.parse(text) as Answer | Question;
    if ('answer' in line) waiting.get(line.answer)?.(line);
    else if ('check' in line) void reply(line);
    else onOther(line);
  });

  const capabilities: BusCapabilities = {
    ordering: 'none',
    twoPhase: true,
    delay: false,
    maxBytes: 1_000_000,
    deadLetter: 'emulated',
  };
  const refuse = (): never => {
    throw new TypeError('This bus only publishes.');
  };
  return {
    description: 'lines',
    capabilities,
    publish: (messages) => tell('publish', { messages }),
    prepare: async (message): Promise<PreparedMessage> => {
      const half = await ask('prepare', { message });
      return {
        commit: () => tell('commit', { half }),
        rollback: () => tell('rollback', { half }),
      };
    },
    onCheck: async (topics, answer) => {
      checkBack = answer;
      await ask('onCheck', { topics });
    },
    subscribe: refuse,
    deadLetters: refuse,
    health: async () => ({ up: true }),
    onNotice: () => () => undefined,
    close: async () => undefined,
  };
}
