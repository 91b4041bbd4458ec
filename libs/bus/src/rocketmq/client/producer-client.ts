import type { MessageView } from 'rocketmq-client-nodejs';
import { driverOptions, harden, type ClientOptions } from './client-options.js';
import { Code, Producer, StatusChecker } from './driver.js';
import type { TelemetryLinks } from './telemetry-links.js';

type Endpoints = Parameters<Producer['createTelemetryStream']>[0];
type Session = ReturnType<Producer['getTelemetrySession']>;
type Route = Awaited<ReturnType<Producer['getRouteData']>>;

export interface ProducerOptions extends ClientOptions {
  /** What became of a half message, as `TransactionResolution`. */
  readonly check: (half: MessageView) => Promise<number>;
}

/** The client's producer without the defects that `docs/guides/rocketmq.md` lists. */
export class ProducerClient extends Producer {
  readonly #links: TelemetryLinks;
  readonly #requestTimeout: number;
  readonly #declared = new Set<string>();

  constructor(options: ProducerOptions) {
    // Who publishes decides whether to try again, and knows more than the client.
    super({ ...driverOptions(options.settings), maxAttempts: 1, checker: { check: options.check } });
    this.#links = harden(this, options).links;
    this.#requestTimeout = options.settings.requestTimeout;
  }

  /** From now on the server asks this client, among others, about half messages of the topics. */
  async declare(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      await this.getRouteData(topic);
      this.#declared.add(topic);
      this.topics.add(topic);
    }
    await this.#links.declare(this.getTotalRouteEndpoints(), this.#requestTimeout);
  }

  /** Rejects when the server does not answer, or does not let this client in. */
  async probe(): Promise<void> {
    const answer = await this.rpcClientManager.heartbeat(
      this.endpoints,
      this.wrapHeartbeatRequest(),
      this.#requestTimeout,
    );
    const status = answer.getStatus();
    // A client that has declared nothing yet is not known, which is an answer as well.
    if (status?.getCode() !== Code.UNRECOGNIZED_CLIENT_TYPE) StatusChecker.check(status?.toObject());
  }

  /** `MessageType`s that the topic takes. */
  async acceptedTypes(topic: string): Promise<readonly number[]> {
    const { messageQueues } = await this.getRouteData(topic);
    return messageQueues[0]?.acceptMessageTypesList ?? [];
  }

  /** The client (1.0.8) keeps each topic that it was ever asked for, known or not, and declares it. */
  protected override async getRouteData(topic: string): Promise<Route> {
    try {
      return await super.getRouteData(topic);
    } finally {
      if (!this.#declared.has(topic)) this.topics.delete(topic);
    }
  }

  /** The client (1.0.8) stops at the first topic that cannot be looked up. */
  protected override async updateRoutes(): Promise<void> {
    for (const [topic, route] of [...this.topicRouteCache]) {
      this.topicRouteCache.delete(topic);
      await this.getRouteData(topic).catch(() => this.topicRouteCache.set(topic, route));
    }
  }

  override getTelemetrySession(endpoints: Endpoints): Session {
    return this.#links.at(endpoints) as unknown as Session;
  }

  override async shutdown(): Promise<void> {
    this.#links.release();
    await super.shutdown();
  }
}
