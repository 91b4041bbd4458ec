import { startChild } from '../support/children.ts';
import type { RoundTrip } from './rocketmq-round-trip.child.ts';

export type RoundTripAnswer =
  | { readonly sent: number }
  | { readonly received: readonly string[] }
  | { readonly refused: { readonly code?: number; readonly message: string } };

export async function roundTrip(
  trip: RoundTrip,
  env: Readonly<Record<string, string>> = {},
): Promise<RoundTripAnswer> {
  const script = new URL('rocketmq-round-trip.child.ts', import.meta.url);
  const child = startChild(script, [JSON.stringify(trip)], { env });
  const isAnswer = (message: unknown): message is RoundTripAnswer => typeof message === 'object';
  return child.heard(isAnswer, 'an answer', 90_000);
}
