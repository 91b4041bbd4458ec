import type { Answer } from '../../../../test/support/http-answer.js';
import { until } from '../../../../test/support/until.js';

export type SendOrder = (
  line: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

export interface CommandStatus {
  readonly commandId: string;
  readonly status: 'pending' | 'accepted' | 'refused';
  readonly [fact: string]: unknown;
}

export interface BurstOptions {
  readonly orders: number;
  readonly atOnce?: number;
  /** Told of each order that was accepted. */
  readonly onAccepted?: (commandId: string, sofar: number) => void;
}

/**
 * Sends this many orders of one piece each, some at a time, and each again under its key until it is accepted. Answers the ids of their
 * commands.
 */
export async function burst(
  send: SendOrder,
  sku: string,
  { orders, atOnce = 64, onAccepted }: BurstOptions,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const next = Array.from({ length: orders }, (_, n) => n).values();
  const customer = async (): Promise<void> => {
    for (const n of next) {
      const id = await accepted(send, sku, n);
      ids.push(id);
      onAccepted?.(id, ids.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, customer));
  return ids;
}

async function accepted(send: SendOrder, sku: string, n: number): Promise<string> {
  const order = () =>
    send(`POST /flash-sales/${sku}/orders`, { customerId: `c${n}` }, { 'idempotency-key': `k${n}` });
  const answer = await until(
    async () => {
      const given = await order().catch(() => undefined);
      return given?.status === 503 ? undefined : given;
    },
    { what: `order ${n} to be accepted`, timeout: 90_000 },
  );
  if (answer.status === 202) return (answer.body as CommandStatus).commandId;
  throw new Error(`Order ${n}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

export async function statusOf(send: SendOrder, commandId: string): Promise<CommandStatus> {
  return (await send(`GET /commands/${commandId}`)).body as CommandStatus;
}

/** What became of a command, when it is decided. */
export function answerTo(send: SendOrder, commandId: string, timeout = 10_000): Promise<CommandStatus> {
  return until(
    async () => {
      const answer = await statusOf(send, commandId);
      return answer.status === 'pending' ? undefined : answer;
    },
    { what: `an answer to ${commandId}`, timeout },
  );
}

/** As text, so that they can be counted: `accepted`, or the code of the refusal. */
export function outcomes(answers: readonly CommandStatus[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const outcome = status === 'refused' ? String(code) : status;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
