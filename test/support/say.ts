import { writeSync } from 'node:fs';

/** Not `process.stdout.fd`: to ask for that makes the pipe one that refuses instead of waiting, as whatever else uses `process.stdout` does. */
const STDOUT = 1;

/** Tells the test, one JSON value a line. In the pipe before it returns, however long that takes, so that `kill -9` cannot take it back. */
export function say(message: unknown): void {
  let left = Buffer.from(`${JSON.stringify(message)}\n`);
  while (left.length > 0) left = left.subarray(written(left));
}

/** `process.stdout.write` keeps in memory what a full pipe does not take. */
function written(bytes: Buffer): number {
  try {
    return writeSync(STDOUT, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}

/** The next line that the test says. */
export async function hear<T>(): Promise<T> {
  const line = await new Promise<Buffer>((resolve) => process.stdin.once('data', resolve));
  return JSON.parse(line.toString()) as T;
}
