import type { MongoClient } from 'mongodb';

/** What `watchHeartbeats` takes beside the client. */
export interface HeartbeatOptions {
  /**
   * Milliseconds after which a look at a server is taken for hung. Default: what the client allows for connecting and for an answer, and ten
   * seconds.
   */
  readonly longest?: number;
  /** Told of a server that the driver has stopped looking at, before the client is connected anew. */
  readonly logger?: { warn(message: string): void };
}

const ALLOWANCE = 10_000;
/** The driver's own default, for clients that set none. */
const CONNECT_TIMEOUT = 30_000;

/**
 * Connects a client anew when one of its looks at a server does not end. A look that begins in the turn of the event loop in which its
 * socket breaks waits for ever (driver 7.9.0: it waits for "drain" of a socket that was destroyed), and a client that does not look never
 * learns that the server is back. What is under way on the client then fails as on a lost connection.
 *
 * Stores do this for clients of their own; whoever gives them a client calls it for that.
 *
 * @returns to be called before the client is closed
 */
export function watchHeartbeats(client: MongoClient, { logger, longest }: HeartbeatOptions = {}): () => void {
  const { connectTimeoutMS, heartbeatFrequencyMS } = client.options;
  const allowed = 2 * (connectTimeoutMS || CONNECT_TIMEOUT) + heartbeatFrequencyMS + ALLOWANCE;
  const watch = new HeartbeatWatch(client, longest ?? allowed, logger);
  return () => watch.end();
}

class HeartbeatWatch {
  readonly #client: MongoClient;
  readonly #longest: number;
  readonly #logger: HeartbeatOptions['logger'];
  readonly #timer: NodeJS.Timeout;
  /** When the look at a server began that has not ended. */
  readonly #begun = new Map<string, number>();
  #state: 'watching' | 'connecting' | 'lost' | 'ended' = 'watching';

  constructor(client: MongoClient, longest: number, logger: HeartbeatOptions['logger']) {
    this.#client = client;
    this.#longest = longest;
    this.#logger = logger;
    client.on('serverHeartbeatStarted', this.#begins);
    client.on('serverHeartbeatSucceeded', this.#ends);
    client.on('serverHeartbeatFailed', this.#ends);
    client.on('serverClosed', this.#closes);
    this.#timer = setInterval(() => this.#look(), longest / 4).unref();
  }

  end(): void {
    this.#state = 'ended';
    clearInterval(this.#timer);
    const client = this.#client;
    client.off('serverHeartbeatStarted', this.#begins);
    client.off('serverHeartbeatSucceeded', this.#ends);
    client.off('serverHeartbeatFailed', this.#ends);
    client.off('serverClosed', this.#closes);
  }

  readonly #begins = ({ connectionId }: { readonly connectionId: string }): void => {
    this.#begun.set(connectionId, performance.now());
  };
  readonly #ends = ({ connectionId }: { readonly connectionId: string }): void => {
    this.#begun.delete(connectionId);
  };
  readonly #closes = ({ address }: { readonly address: string }): void => {
    this.#begun.delete(address);
  };

  #look(): void {
    if (this.#state === 'lost') void this.#connectAnew();
    if (this.#state !== 'watching') return;
    const now = performance.now();
    const hung = [...this.#begun].find(([, since]) => now - since > this.#longest);
    if (!hung) return;
    this.#logger?.warn(
      `The driver has stopped looking at the MongoDB server ${hung[0]}. It is connected anew.`,
    );
    void this.#connectAnew();
  }

  /** Where no server answers, the next look tries again. */
  async #connectAnew(): Promise<void> {
    this.#state = 'connecting';
    try {
      await this.#client.close();
      if (!this.#isEnded()) await this.#client.connect();
      this.#goOn('watching');
    } catch {
      this.#goOn('lost');
    }
    // Whoever has ended the watch meanwhile has closed the client before it was connected.
    if (this.#isEnded()) await this.#client.close().catch(() => undefined);
  }

  #goOn(state: 'watching' | 'lost'): void {
    if (!this.#isEnded()) this.#state = state;
  }

  #isEnded(): boolean {
    return this.#state === 'ended';
  }
}
