/** What a bus tells whoever runs it. */
export type BusNotice =
  | { readonly kind: 'connected'; readonly what: string }
  | { readonly kind: 'disconnected'; readonly what: string; readonly error: unknown }
  | {
      readonly kind: 'retrying';
      readonly group: string;
      readonly topic: string;
      readonly key?: string;
      readonly attempt: number;
      readonly delay: number;
      readonly error: unknown;
    }
  | {
      readonly kind: 'dead-lettered' | 'message-dropped';
      readonly group: string;
      readonly topic: string;
      readonly key?: string;
      readonly error: unknown;
    }
  | { readonly kind: 'check-back'; readonly topic: string; readonly answer: string; readonly error?: unknown }
  | { readonly kind: 'trouble'; readonly what: string; readonly error: unknown };

/** Whether the broker answers, as `MessageBus.health` has just found out; else what was in the way. */
export type BusHealth = { readonly up: true } | { readonly up: false; readonly error: unknown };
