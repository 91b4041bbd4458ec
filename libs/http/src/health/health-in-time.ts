import { setTimeout } from 'node:timers/promises';

/** What a health check of @nestjs/terminus takes. */
export type Health = Record<string, { readonly status: 'up' | 'down' } & Record<string, unknown>>;

/** A probe that must wait counts as failed, so what says nothing may not hold up the answer about the rest. */
const LONGEST = 1_000;

/** What `check` answers, or that it is down when it fails or does not answer within a second. */
export async function healthInTime(
  key: string,
  check: () => Promise<Health>,
  longest = LONGEST,
): Promise<Health> {
  const answered = new AbortController();
  const late = setTimeout(longest, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`It did not answer within ${longest} ms.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { [key]: { status: 'down', message: error instanceof Error ? error.message : String(error) } };
  } finally {
    answered.abort();
  }
}
