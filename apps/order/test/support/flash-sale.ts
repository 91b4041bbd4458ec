import type { Send } from './order-app.js';
import { until } from '../../../../test/support/until.js';

export interface CommandStatus {
  readonly commandId: string;
  readonly status: 'pending' | 'accepted' | 'refused';
  readonly [fact: string]: unknown;
}

/** Sends this many orders of one piece each, some at a time, and answers the ids of their commands. */
export async function burst(
  send: Send,
  sku: string,
  { orders, atOnce = 64 }: { readonly orders: number; readonly atOnce?: number },
): Promise<readonly string[]> {
  const ids: string[] = [];
  const next = Array.from({ length: orders }, (_, n) => n).values();
  const customer = async (): Promise<void> => {
    for (const n of next) {
      const answer = await send(`POST /flash-sales/${sku}/orders`, { customerId: `c${n}` });
      if (answer.status !== 202)
        throw new Error(`Order ${n}: ${answer.status} ${JSON.stringify(answer.body)}`);
      ids.push((answer.body as CommandStatus).commandId);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, customer));
  return ids;
}

export async function statusOf(send: Send, commandId: string): Promise<CommandStatus> {
  return (await send(`GET /commands/${commandId}`)).body as CommandStatus;
}

/** What became of a command, when it is decided. */
export function answerTo(send: Send, commandId: string, timeout?: number): Promise<CommandStatus> {
  return until(
    async () => {
      const answer = await statusOf(send, commandId);
      return answer.status === 'pending' ? undefined : answer;
    },
    { what: `an answer to ${commandId}`, ...(timeout !== undefined && { timeout }) },
  );
}
