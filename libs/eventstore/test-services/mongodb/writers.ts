import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface WritersOptions {
  readonly uri: string;
  readonly database: string;
  readonly collectionPrefix: string;
  readonly numberingLease: 'auto' | 'always' | 'never';
  readonly processes: number;
  readonly callers: number;
  readonly milliseconds: number;
}

export interface WriterReport {
  readonly commits: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const CHILD = fileURLToPath(new URL('writer.child.ts', import.meta.url));

/** Lets several processes append to one log at the same time, and answers how each has fared. */
export async function letThemWrite({
  processes,
  ...options
}: WritersOptions): Promise<readonly WriterReport[]> {
  const children = Array.from({ length: processes }, (_, writer) =>
    fork(CHILD, [JSON.stringify({ ...options, writer })], {
      execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    }),
  );
  try {
    await Promise.all(children.map(messageOf));
    const reports = children.map(async (child) => {
      const { latencies } = (await messageOf(child)) as { readonly latencies: number[] };
      child.send('heard');
      return reportOf(latencies);
    });
    for (const child of children) child.send('go');
    return await Promise.all(reports);
  } finally {
    for (const child of children) if (child.exitCode === null) await once(child, 'exit');
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const message = once(child, 'message', { signal: ended.signal });
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`A writer has ended with code ${String(code)}.`);
  });
  try {
    return ((await Promise.race([message, exit])) as unknown[])[0];
  } finally {
    ended.abort();
    void Promise.allSettled([message, exit]);
  }
}

function reportOf(latencies: number[]): WriterReport {
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(latencies[Math.floor(latencies.length * share)] ?? Number.NaN);
  return { commits: latencies.length, p50: at(0.5), p99: at(0.99) };
}
