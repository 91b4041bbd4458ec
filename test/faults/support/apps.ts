import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { startChild, type Child } from '../../support/children.js';
import { until } from '../../support/until.js';

export interface StartedApp {
  readonly child: Child;
  readonly url: string;
}

/** One of the built apps on a free port. */
export async function startApp(
  app: 'order' | 'projector',
  env: Readonly<Record<string, string>>,
): Promise<StartedApp> {
  const main = new URL(`../../../apps/${app}/dist/main.js`, import.meta.url);
  const child = startChild(main, [], { env: { ...env, PORT: '0', NO_COLOR: '1' } });
  const url = await until(() => addressSaidBy(child), { what: `the ${app} app to listen`, timeout: 60_000 });
  return { child, url };
}

function addressSaidBy(child: Child): string | undefined {
  const lines = child.messages.filter((line) => typeof line === 'string');
  if (child.process.exitCode !== null) throw new Error(`It ended:\n${lines.join('\n')}\n${child.stderr}`);
  return lines
    .map((line) => /Listening on (http:\/\/\S+?)[,\s]/.exec(line)?.[1])
    .find((url) => url !== undefined);
}

export interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

export async function answerTo(sent: ClientRequest): Promise<Answer> {
  // Also behind the answer: a server that ends may reset the connection.
  sent.on('error', () => undefined);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

export function orderOf(orderId: string): string {
  const items = [{ productId: 'lamp', quantity: 1, priceCents: 100, freightCents: 0 }];
  return JSON.stringify({ orderId, customerId: 'maria', items });
}

/** Clients that send one request after another on connections that they keep, until the server takes no more. */
export class KeptAliveClients {
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #done: Promise<unknown>;

  constructor(send: (client: string, agent: Agent) => ClientRequest, clients = 8) {
    this.#done = Promise.all(Array.from({ length: clients }, (_, client) => this.#load(send, client)));
  }

  /** Resolves when no client gets an answer any more. */
  async turnedAway(): Promise<readonly Answer[]> {
    await this.#done;
    this.#agent.destroy();
    return this.answers;
  }

  async #load(send: (client: string, agent: Agent) => ClientRequest, client: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      try {
        this.answers.push(await answerTo(send(`${client}-${n}`, this.#agent)));
      } catch {
        return;
      }
    }
  }
}

export function placing(url: string): (orderId: string, agent: Agent) => ClientRequest {
  const headers = { 'content-type': 'application/json' };
  return (orderId, agent) =>
    request(`${url}/orders`, { method: 'POST', agent, headers }).end(orderOf(orderId));
}

export function getting(url: string): (client: string, agent: Agent) => ClientRequest {
  return (_client, agent) => request(url, { agent }).end();
}
