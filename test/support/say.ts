/** Tells the test, one JSON value a line. Written to a pipe before it returns, so that `kill -9` cannot take it back. */
export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** The next line that the test says. */
export async function hear<T>(): Promise<T> {
  const line = await new Promise<Buffer>((resolve) => process.stdin.once('data', resolve));
  return JSON.parse(line.toString()) as T;
}
