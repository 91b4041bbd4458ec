import type { RocketMqTopicType } from '../options.js';
import { RemotingConnection, RemotingRefusal, type RemotingOptions } from './remoting-connection.js';

/** Of Apache RocketMQ's `RequestCode`. */
const request = {
  consumerOffset: 14,
  updateConsumerOffset: 15,
  updateTopic: 17,
  maxOffset: 30,
  minOffset: 31,
  updateGroup: 200,
  allGroups: 201,
  topicConfig: 351,
} as const;

/** Of `ResponseCode`: the topic or the offset is not there. */
const missing: ReadonlySet<number> = new Set([17, 22]);

export interface TopicAtBroker {
  /** As it is written there; NORMAL without. */
  readonly type: string;
  readonly queues: number;
}

export interface GroupAtBroker {
  readonly isOrderly: boolean;
  /** Deliveries after the first, before the broker moves a message to the dead letters by itself. */
  readonly retryMax: number;
}

/** What `mqadmin` does with one broker. */
export class BrokerAdmin {
  readonly #connection: RemotingConnection;

  private constructor(connection: RemotingConnection) {
    this.#connection = connection;
  }

  static async open(address: string, options: RemotingOptions): Promise<BrokerAdmin> {
    return new BrokerAdmin(await RemotingConnection.open(address, options));
  }

  close(): void {
    this.#connection.close();
  }

  async topic(topic: string): Promise<TopicAtBroker | undefined> {
    interface Config {
      readonly attributes?: Readonly<Record<string, string>>;
      readonly readQueueNums: number;
    }
    const config = await this.#topicConfig<Config>(topic);
    return config && { type: config.attributes?.['message.type'] ?? 'NORMAL', queues: config.readQueueNums };
  }

  async createTopic(topic: string, type: RocketMqTopicType, queues: number): Promise<void> {
    await this.#connection.call(request.updateTopic, {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      // Readable and writable.
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      attributes: `+message.type=${type}`,
      force: false,
    });
  }

  /** By name. Not asked one by one, since the broker creates the group that it is asked for. */
  async groups(): Promise<ReadonlyMap<string, GroupAtBroker>> {
    interface Config {
      readonly consumeMessageOrderly: boolean;
      readonly retryMaxTimes: number;
    }
    const { body } = await this.#connection.call(request.allGroups);
    const { subscriptionGroupTable: all } = JSON.parse(body.toString()) as {
      readonly subscriptionGroupTable: Readonly<Record<string, Config>>;
    };
    return new Map(
      Object.entries(all).map(([name, { consumeMessageOrderly, retryMaxTimes }]) => [
        name,
        { isOrderly: consumeMessageOrderly, retryMax: retryMaxTimes },
      ]),
    );
  }

  async createGroup(groupName: string, { isOrderly, retryMax }: GroupAtBroker): Promise<void> {
    const config = {
      groupName,
      consumeEnable: true,
      consumeFromMinEnable: true,
      consumeBroadcastEnable: true,
      consumeMessageOrderly: isOrderly,
      retryQueueNums: 1,
      retryMaxTimes: retryMax,
      groupRetryPolicy: { type: 'CUSTOMIZED' },
      brokerId: 0,
      whichBrokerWhenConsumeSlowly: 1,
      notifyConsumerIdsChangedEnable: true,
      groupSysFlag: 0,
      consumeTimeoutMinute: 15,
      attributes: {},
    };
    await this.#connection.call(request.updateGroup, {}, JSON.stringify(config));
  }

  /** Messages ever stored in a queue. */
  async maxOffset(topic: string, queueId: number): Promise<number> {
    return this.#offset(request.maxOffset, { topic, queueId, committed: true });
  }

  async minOffset(topic: string, queueId: number): Promise<number> {
    return this.#offset(request.minOffset, { topic, queueId });
  }

  /** Where a group goes on in a queue, if it has a place there. */
  async consumerOffset(consumerGroup: string, topic: string, queueId: number): Promise<number | undefined> {
    try {
      return await this.#offset(request.consumerOffset, {
        consumerGroup,
        topic,
        queueId,
        setZeroIfNotFound: false,
      });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async setConsumerOffset(
    consumerGroup: string,
    topic: string,
    place: { queueId: number; offset: number },
  ): Promise<void> {
    const { queueId, offset: commitOffset } = place;
    await this.#connection.call(request.updateConsumerOffset, {
      consumerGroup,
      topic,
      queueId,
      commitOffset,
    });
  }

  async #offset(code: number, fields: Readonly<Record<string, string | number | boolean>>): Promise<number> {
    return Number((await this.#connection.call(code, fields)).fields['offset']);
  }

  async #topicConfig<Config>(topic: string): Promise<Config | undefined> {
    try {
      const { body } = await this.#connection.call(request.topicConfig, { topic, lo: true });
      return JSON.parse(body.toString()) as Config;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof RemotingRefusal && missing.has(error.responseCode);
}
