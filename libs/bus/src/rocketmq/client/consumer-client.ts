import { driverOptions, harden, type ClientOptions } from './client-options.js';
import {
  AckMessageRequest,
  ChangeInvisibleDurationRequest,
  createDuration,
  createResource,
  FilterExpression,
  ForwardMessageToDeadLetterQueueRequest,
  MessageType,
  Permission,
  ReceiveMessageResponse,
  SimpleConsumer,
  StatusChecker,
} from './driver.js';
import type { GrpcChannels } from './grpc-channels.js';
import { receivedMessage, type ReceivedMessage } from './received-message.js';
import type { TelemetryLinks } from './telemetry-links.js';

type Endpoints = Parameters<SimpleConsumer['createTelemetryStream']>[0];
type Session = ReturnType<SimpleConsumer['getTelemetrySession']>;
type Route = Awaited<ReturnType<SimpleConsumer['getRouteData']>>;
type Queue = Route['messageQueues'][number];
type ServerSettings = Parameters<SimpleConsumer['onSettingsCommand']>[1];

/** Every tag: a commit that a filter leaves out would be a gap. */
const EVERYTHING = new FilterExpression('*');

export interface ConsumerOptions extends ClientOptions {
  readonly group: string;
}

export interface Fetch {
  readonly topic: string;
  readonly max: number;
  /** Any number; fetches of different turns go to different brokers, if the topic has several. */
  readonly turn: number;
}

/** The client's SimpleConsumer without the defects that `docs/guides/rocketmq.md` lists, and with the choice of the topic to fetch from. */
export class ConsumerClient extends SimpleConsumer {
  readonly #settings: ClientOptions['settings'];
  readonly #channels: GrpcChannels;
  readonly #links: TelemetryLinks;
  #isOrderly = false;

  constructor(options: ConsumerOptions) {
    const { settings, group } = options;
    super({
      ...driverOptions(settings),
      consumerGroup: group,
      subscriptions: new Map(),
      awaitDuration: settings.pollDuration,
    });
    this.#settings = settings;
    const { channels, links } = harden(this, options);
    this.#channels = channels;
    this.#links = links;
  }

  /** Resolves when the server knows the group's subscription. Rejects by the first topic that it refuses. */
  async open(topics: readonly string[]): Promise<void> {
    await this.startup();
    for (const topic of topics) await this.subscribe(topic, EVERYTHING);
    await this.#links.declare(this.getTotalRouteEndpoints(), this.#settings.requestTimeout);
  }

  /** Whether the server keeps the order of FIFO topics for this group. */
  get isOrderly(): boolean {
    return this.#isOrderly;
  }

  /** Whether the topic itself keeps an order, for groups that ask for it. */
  async isFifo(topic: string): Promise<boolean> {
    const { messageQueues } = await this.getRouteData(topic);
    return messageQueues.some(({ acceptMessageTypesList }) =>
      acceptMessageTypesList.includes(MessageType.FIFO),
    );
  }

  /** A fetch that finds nothing takes `pollDuration`. */
  async fetch({ topic, max, turn }: Fetch): Promise<readonly ReceivedMessage[]> {
    const { pollDuration, requestTimeout, invisibleDuration } = this.#settings;
    const queue = pick(brokerQueues(await this.getRouteData(topic)), turn);
    if (!queue) throw new Error(`Topic "${topic}" has no readable queue.`);
    const { endpoints } = queue.broker;
    const request = this.wrapReceiveMessageRequest(max, queue, EVERYTHING, invisibleDuration, pollDuration);
    const answers = await this.#channels.receiveMessage(endpoints, request, pollDuration + requestTimeout);
    const messages: ReceivedMessage[] = [];
    for (const answer of answers) {
      if (answer.getContentCase() === ReceiveMessageResponse.ContentCase.STATUS)
        StatusChecker.check(answer.getStatus()?.toObject());
      const message = answer.getMessage();
      if (message) messages.push(receivedMessage(message, endpoints));
    }
    return messages;
  }

  async acknowledge(message: ReceivedMessage): Promise<void> {
    const request = new AckMessageRequest()
      .setGroup(createResource(this.consumerGroup))
      .setTopic(createResource(message.topic));
    request.addEntries().setMessageId(message.id).setReceiptHandle(message.handle);
    const answer = await this.#channels.ackMessage(message.endpoints, request, this.#settings.requestTimeout);
    StatusChecker.check(answer.getStatus()?.toObject());
    StatusChecker.check(answer.getEntriesList()[0]?.getStatus()?.toObject());
  }

  /** Nobody is given the message for so long; then anybody. */
  async hide(message: ReceivedMessage, milliseconds: number): Promise<void> {
    const request = new ChangeInvisibleDurationRequest()
      .setGroup(createResource(this.consumerGroup))
      .setTopic(createResource(message.topic))
      .setReceiptHandle(message.handle)
      .setMessageId(message.id)
      .setInvisibleDuration(createDuration(milliseconds));
    const { requestTimeout } = this.#settings;
    const answer = await this.#channels.changeInvisibleDuration(message.endpoints, request, requestTimeout);
    StatusChecker.check(answer.getStatus()?.toObject());
    message.handle = answer.getReceiptHandle();
  }

  /** To the server's own dead letters of the group. */
  async giveUp(message: ReceivedMessage): Promise<void> {
    const request = new ForwardMessageToDeadLetterQueueRequest()
      .setGroup(createResource(this.consumerGroup))
      .setTopic(createResource(message.topic))
      .setReceiptHandle(message.handle)
      .setMessageId(message.id)
      .setDeliveryAttempt(message.attempt)
      .setMaxDeliveryAttempts(message.attempt);
    const { requestTimeout } = this.#settings;
    const answer = await this.#channels.forwardMessageToDeadLetterQueue(
      message.endpoints,
      request,
      requestTimeout,
    );
    StatusChecker.check(answer.getStatus()?.toObject());
  }

  override onSettingsCommand(endpoints: Endpoints, settings: ServerSettings): void {
    this.#isOrderly = settings.getSubscription()?.getFifo() ?? false;
    super.onSettingsCommand(endpoints, settings);
  }

  /** The client (1.0.8) stops at the first topic that cannot be looked up. */
  protected override async updateRoutes(): Promise<void> {
    for (const [topic, route] of [...this.topicRouteCache]) {
      this.topicRouteCache.delete(topic);
      await this.getRouteData(topic).catch(() => this.topicRouteCache.set(topic, route));
    }
  }

  /** The client (1.0.8) would balance over queues here, and throws for a topic without a readable one. */
  protected override onTopicRouteDataUpdate(): void {
    // Fetches choose the broker themselves.
  }

  override getTelemetrySession(endpoints: Endpoints): Session {
    return this.#links.at(endpoints) as unknown as Session;
  }

  override async shutdown(): Promise<void> {
    this.#links.release();
    await super.shutdown();
  }
}

/** One of each broker: a fetch from one queue is a fetch from all that its broker has. */
function brokerQueues({ messageQueues }: Route): readonly Queue[] {
  const brokers = new Map<string, Queue>();
  for (const queue of messageQueues) {
    const isReadable = queue.permission === Permission.READ || queue.permission === Permission.READ_WRITE;
    const { name, id } = queue.broker;
    if (isReadable && id === 0 && !brokers.has(name)) brokers.set(name, queue);
  }
  return [...brokers.values()];
}

function pick(queues: readonly Queue[], turn: number): Queue | undefined {
  return queues[turn % queues.length];
}
