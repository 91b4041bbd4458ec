import type { BaseClient } from 'rocketmq-client-nodejs';
import type { RocketMqTls } from '../options.js';
import {
  credentials,
  MessagingServiceClient,
  RpcClientManager,
  type ChannelCredentials,
  type Stub,
} from './driver.js';

type Parameter<Method extends keyof RpcClientManager, Index extends number> = Parameters<
  RpcClientManager[Method]
>[Index];
type Logger = ConstructorParameters<typeof RpcClientManager>[1];
type Endpoints = Parameter<'queryRoute', 0>;

type Received = Awaited<ReturnType<RpcClientManager['receiveMessage']>>;

interface Call {
  readonly stub: Stub;
  readonly metadata: ReturnType<BaseClient['getRequestMetadata']>;
  readonly options: { readonly deadline: number };
}

type Invoke<Answer> = (call: Call, done: (error: Error | null, answer: Answer) => void) => void;

const channelOptions = {
  // After an outage the next try comes within seconds; gRPC's own back-off reaches two minutes.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.min_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2000,
  // gRPC takes 4 MiB by default, headers included: less than the server accepts.
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.use_local_subchannel_pool': 1,
};

/**
 * The connections of one client, one per address. The client's own manager (1.0.8) opens one per queue and again with every refresh of the
 * routes, keeps each for half an hour, and knows no certificate authority but the process's.
 */
export class GrpcChannels extends RpcClientManager {
  readonly #stubs = new Map<string, Stub>();
  readonly #client: BaseClient;
  readonly #credentials: ChannelCredentials;
  #isClosed = false;

  constructor(client: BaseClient, logger: Logger, tls: RocketMqTls | undefined) {
    super(client, logger);
    this.#client = client;
    this.#credentials = channelCredentials(tls);
  }

  override queryRoute(endpoints: Endpoints, request: Parameter<'queryRoute', 1>, duration: number) {
    return this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Done<'queryRoute'>) =>
      stub.queryRoute(request, metadata, options, done),
    );
  }

  override heartbeat(endpoints: Endpoints, request: Parameter<'heartbeat', 1>, duration: number) {
    return this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Done<'heartbeat'>) =>
      stub.heartbeat(request, metadata, options, done),
    );
  }

  override sendMessage(endpoints: Endpoints, request: Parameter<'sendMessage', 1>, duration: number) {
    return this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Done<'sendMessage'>) =>
      stub.sendMessage(request, metadata, options, done),
    );
  }

  override endTransaction(endpoints: Endpoints, request: Parameter<'endTransaction', 1>, duration: number) {
    return this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Done<'endTransaction'>) =>
      stub.endTransaction(request, metadata, options, done),
    );
  }

  override ackMessage(endpoints: Endpoints, request: Parameter<'ackMessage', 1>, duration: number) {
    return this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Done<'ackMessage'>) =>
      stub.ackMessage(request, metadata, options, done),
    );
  }

  override changeInvisibleDuration(
    endpoints: Endpoints,
    request: Parameter<'changeInvisibleDuration', 1>,
    duration: number,
  ) {
    return this.#ask(
      endpoints,
      duration,
      ({ stub, metadata, options }, done: Done<'changeInvisibleDuration'>) =>
        stub.changeInvisibleDuration(request, metadata, options, done),
    );
  }

  override forwardMessageToDeadLetterQueue(
    endpoints: Endpoints,
    request: Parameter<'forwardMessageToDeadLetterQueue', 1>,
    duration: number,
  ) {
    type Forwarded = Done<'forwardMessageToDeadLetterQueue'>;
    return this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Forwarded) =>
      stub.forwardMessageToDeadLetterQueue(request, metadata, options, done),
    );
  }

  override async receiveMessage(
    endpoints: Endpoints,
    request: Parameter<'receiveMessage', 1>,
    duration: number,
  ) {
    const { stub, metadata, options } = this.#call(endpoints, duration);
    const answers: Received = [];
    const stream: AsyncIterable<Received[number]> = stub.receiveMessage(request, metadata, options);
    try {
      for await (const answer of stream) answers.push(answer);
    } catch (error) {
      // What has come is in hand: thrown away it would be invisible to everybody until its time is up.
      if (!answers.some((answer) => answer.hasMessage())) throw error;
    }
    return answers;
  }

  override telemetry(endpoints: Endpoints, metadata: Call['metadata']) {
    return this.#stub(endpoints).telemetry(metadata);
  }

  /** A courtesy: the server finds out by itself, and whoever closes has no use for an error. */
  override async notifyClientTermination(
    endpoints: Endpoints,
    request: Parameter<'notifyClientTermination', 1>,
    duration: number,
  ): Promise<never> {
    type Notified = Done<'notifyClientTermination'>;
    const notified = this.#ask(endpoints, duration, ({ stub, metadata, options }, done: Notified) =>
      stub.notifyClientTermination(request, metadata, options, done),
    );
    return notified.catch(() => undefined) as Promise<never>;
  }

  override close(): void {
    super.close();
    this.#isClosed = true;
    for (const stub of this.#stubs.values()) stub.close();
    this.#stubs.clear();
  }

  #ask<Answer>(endpoints: Endpoints, duration: number, invoke: Invoke<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      invoke(this.#call(endpoints, duration), (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  #call(endpoints: Endpoints, duration: number): Call {
    const stub = this.#stub(endpoints);
    const metadata = this.#client.getRequestMetadata();
    return { stub, metadata, options: { deadline: Date.now() + duration } };
  }

  #stub(endpoints: Endpoints): Stub {
    const known = this.#stubs.get(endpoints.facade);
    if (known) return known;
    if (this.#isClosed) throw new Error('The client was shut down.');
    const stub = new MessagingServiceClient(endpoints.getGrpcTarget(), this.#credentials, channelOptions);
    this.#stubs.set(endpoints.facade, stub);
    return stub;
  }
}

type Done<Method extends keyof RpcClientManager> = (
  error: Error | null,
  answer: Awaited<ReturnType<RpcClientManager[Method]>>,
) => void;

function channelCredentials(tls: RocketMqTls | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return credentials.createSsl(bytesOf(tls.ca), bytesOf(tls.key), bytesOf(tls.certificate));
}

function bytesOf(pem: string | Uint8Array | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}
