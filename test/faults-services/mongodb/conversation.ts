import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The next line that the test says; `undefined` when there is no test any more. */
export async function hear<T>(): Promise<T | undefined> {
  const { value, done } = await lines.next();
  return done === true ? undefined : (JSON.parse(value) as T);
}
