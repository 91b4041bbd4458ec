import type { CheckBackAnswer, Message, SubscriptionOptions } from '@varve/bus';

/** What a process asks of a broker that lives in the process which started it: one JSON value per line, answered under its number. */
export type Asked =
  | { readonly what: 'publish'; readonly messages: readonly Message[] }
  | { readonly what: 'prepare'; readonly message: Message }
  | { readonly what: 'commit' | 'rollback'; readonly half: number }
  | { readonly what: 'on-check'; readonly topics: readonly string[] }
  | { readonly what: 'subscribe'; readonly options: SubscriptionOptions }
  | { readonly what: 'pause' | 'resume' | 'unsubscribe'; readonly subscription: number };

export type FromChild =
  | { readonly call: number; readonly asked: Asked }
  | { readonly checked: number; readonly given: CheckBackAnswer }
  | { readonly settled: number; readonly error?: LinesError };

export type FromBroker =
  | { readonly answer: number; readonly value?: number; readonly error?: LinesError }
  | { readonly check: number; readonly message: Message }
  | {
      readonly deliver: number;
      readonly to: number;
      readonly message: Message;
      readonly attempt: number;
      readonly bytes: number;
    }
  | { readonly abort: number };

export interface LinesError {
  readonly code: string;
  readonly message: string;
}

export function linesError(error: unknown): LinesError {
  const { code = 'broker-unavailable', message } = error as { code?: string; message: string };
  return { code, message };
}
