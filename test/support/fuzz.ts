import { seeded } from './random.js';
import type { Random } from './random.js';
import { RawConnection } from './raw-http.js';
import type { RawAnswer } from './raw-http.js';

export const FUZZ_REQUESTS = Number(process.env['VARVE_FUZZ_REQUESTS'] ?? 5_000);
const SEED = Number(process.env['VARVE_FUZZ_SEED'] ?? 20_261_121);
const CONNECTIONS = 64;

/** How a request that never ends is cut off is the server's `requestTimeout`; how long a test waits is far beyond it. */
export const FUZZ_REQUEST_TIMEOUT = 250;
const HANGING = 10_000;

const STACK = /\n\s+at |node_modules|\.(ts|js):\d+/;

/** Bytes of a whole HTTP/1.1 request, and what came of building them. */
export interface FuzzedRequest {
  readonly bytes: Buffer;
  /** The connection is of no use afterwards: the request is cut off, or contradicts itself. */
  readonly ends: boolean;
  readonly label: string;
}

export interface Fuzzing {
  readonly port: number;
  next(random: Random): FuzzedRequest;
  /** Besides an answer that shows a stack, which always is. */
  isBad(request: FuzzedRequest, answer: RawAnswer): boolean;
}

export interface FuzzReport {
  readonly statuses: ReadonlyMap<RawAnswer['status'], number>;
  /** Each bad answer, with what was asked. */
  readonly failures: readonly string[];
}

/**
 * Sends `FUZZ_REQUESTS` requests over many connections at once.
 * @throws Error when an answer does not come: a hanging connection
 */
export async function fuzz(fuzzing: Fuzzing): Promise<FuzzReport> {
  const statuses = new Map<RawAnswer['status'], number>();
  const failures: string[] = [];
  const judge = (request: FuzzedRequest, answer: RawAnswer): void => {
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (STACK.test(answer.text) || fuzzing.isBad(request, answer))
      failures.push(`${shown(request)}\n→ ${answer.text.slice(0, 600)}`);
  };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, lane) => runLane(fuzzing, seeded(SEED + lane), judge)),
  );
  return { statuses, failures };
}

async function runLane(
  { port, next }: Fuzzing,
  random: Random,
  judge: (request: FuzzedRequest, answer: RawAnswer) => void,
): Promise<void> {
  let connection = new RawConnection(port);
  for (let n = 0; n < FUZZ_REQUESTS / CONNECTIONS; n++) {
    const request = next(random);
    const isHead = request.label.startsWith('HEAD ');
    const answer = await connection
      .send(request.bytes, { isHead, timeout: HANGING })
      .catch((error: unknown) => {
        throw new Error(`${String(error)}\n${shown(request)}`);
      });
    judge(request, answer);
    if (!request.ends && !connection.closed && answer.status !== 'closed') continue;
    connection.destroy();
    connection = new RawConnection(port);
  }
  connection.destroy();
}

function shown({ label, bytes }: FuzzedRequest): string {
  return `${label}\n${bytes.toString('latin1', 0, 600)}`;
}
