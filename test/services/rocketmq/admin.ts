import { RemotingConnection, type Answer, type RemotingOptions } from './remoting.ts';

/** Of Apache RocketMQ's `RequestCode`. */
const request = {
  queryConsumerOffset: 14,
  updateTopic: 17,
  updateBrokerConfig: 25,
  brokerConfig: 26,
  maxOffset: 30,
  minOffset: 31,
  routeOf: 105,
  updateGroup: 200,
  deleteGroup: 207,
  deleteTopic: 215,
  topicConfig: 351,
  createUser: 3001,
  updateUser: 3002,
  deleteUser: 3003,
  createAcl: 3006,
  updateAcl: 3007,
  deleteAcl: 3008,
} as const;

export type TopicType = 'NORMAL' | 'FIFO' | 'DELAY' | 'TRANSACTION' | 'MIXED';

export interface TopicOptions {
  /** Default NORMAL. */
  readonly type?: TopicType;
  /** Default 8. */
  readonly queues?: number;
}

export interface GroupOptions {
  /** Keeps the order of FIFO topics; default false. */
  readonly orderly?: boolean;
  /** Deliveries after the first, before a message goes to `%DLQ%<group>`; default 16. */
  readonly retryMax?: number;
}

/** `Topic:<name>` | `Group:<name>` | `Topic:prefix*` | `Cluster:<name>` | `*` */
export interface Right {
  readonly resource: string;
  readonly actions: readonly ('Pub' | 'Sub' | 'Create' | 'Update' | 'Delete' | 'Get' | 'List' | 'All')[];
  readonly decision?: 'Allow' | 'Deny';
}

export interface QueueOffsets {
  readonly queue: number;
  readonly min: number;
  readonly max: number;
}

/** What `mqadmin` does in seconds, over the broker's own protocol in milliseconds. */
export class RocketMqAdmin {
  readonly #broker: RemotingConnection;

  private constructor(broker: RemotingConnection) {
    this.#broker = broker;
  }

  static async connect(address: string, options: RemotingOptions = {}): Promise<RocketMqAdmin> {
    return new RocketMqAdmin(await RemotingConnection.open(address, options));
  }

  close(): void {
    this.#broker.close();
  }

  async createTopic(topic: string, { type = 'NORMAL', queues = 8 }: TopicOptions = {}): Promise<void> {
    await this.#broker.call(request.updateTopic, {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      attributes: `+message.type=${type}`,
      force: false,
    });
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#broker.call(request.deleteTopic, { topic });
  }

  async topicType(topic: string): Promise<string | undefined> {
    const { body } = await this.#broker.call(request.topicConfig, { topic, lo: true });
    const { attributes } = JSON.parse(body.toString()) as { attributes?: Record<string, string> };
    return attributes?.['message.type'];
  }

  async createGroup(groupName: string, { orderly = false, retryMax = 16 }: GroupOptions = {}): Promise<void> {
    const group = {
      groupName,
      consumeEnable: true,
      consumeFromMinEnable: true,
      consumeBroadcastEnable: true,
      consumeMessageOrderly: orderly,
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
    await this.#broker.call(request.updateGroup, {}, JSON.stringify(group));
  }

  async deleteGroup(groupName: string): Promise<void> {
    await this.#broker.call(request.deleteGroup, { groupName, cleanOffset: true });
  }

  /** Of each queue that the topic has; `max - min` messages are in it. */
  async offsets(topic: string): Promise<readonly QueueOffsets[]> {
    const { body } = await this.#broker.call(request.topicConfig, { topic, lo: true });
    const { writeQueueNums } = JSON.parse(body.toString()) as { writeQueueNums: number };
    const queues = Array.from({ length: writeQueueNums }, (_, queue) => queue);
    return Promise.all(
      queues.map(async (queueId) => ({
        queue: queueId,
        min: offsetOf(await this.#broker.call(request.minOffset, { topic, queueId })),
        max: offsetOf(await this.#broker.call(request.maxOffset, { topic, queueId, committed: true })),
      })),
    );
  }

  /** Messages ever stored in the topic. */
  async messagesIn(topic: string): Promise<number> {
    return (await this.offsets(topic)).reduce((sum, { max }) => sum + max, 0);
  }

  /** How far `group` has acknowledged one queue; rejects where it has acknowledged nothing yet. */
  async consumedOffset(consumerGroup: string, topic: string, queueId: number): Promise<number> {
    return offsetOf(await this.#broker.call(request.queryConsumerOffset, { consumerGroup, topic, queueId }));
  }

  async createUser(username: string, password: string): Promise<void> {
    const user = { username, password, userType: 'Normal' };
    await this.#broker.call(request.createUser, { username }, JSON.stringify(user));
  }

  async changePassword(username: string, password: string): Promise<void> {
    await this.#broker.call(request.updateUser, { username }, JSON.stringify({ username, password }));
  }

  async deleteUser(username: string): Promise<void> {
    await this.#broker.call(request.deleteUser, { username });
  }

  /** Adds to the rights that the user has. */
  async grant(username: string, rights: readonly Right[]): Promise<void> {
    await this.#changeRights(request.createAcl, username, rights);
  }

  /** Replaces the user's rights to each named resource. */
  async changeRights(username: string, rights: readonly Right[]): Promise<void> {
    await this.#changeRights(request.updateAcl, username, rights);
  }

  /** Takes all rights, or those to one resource. */
  async revoke(username: string, resource?: string): Promise<void> {
    await this.#broker.call(request.deleteAcl, {
      subject: `User:${username}`,
      policyType: 'Custom',
      ...(resource === undefined ? {} : { resource }),
    });
  }

  async brokerConfig(): Promise<ReadonlyMap<string, string>> {
    const { body } = await this.#broker.call(request.brokerConfig);
    const lines = body.toString().split('\n');
    return new Map(lines.map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)]));
  }

  async setBrokerConfig(values: Readonly<Record<string, string | number | boolean>>): Promise<void> {
    const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
    await this.#broker.call(request.updateBrokerConfig, {}, lines.join(''));
  }

  async #changeRights(code: number, username: string, rights: readonly Right[]): Promise<void> {
    const subject = `User:${username}`;
    const entries = rights.map(({ resource, actions, decision = 'Allow' }) => ({
      resource,
      actions,
      sourceIps: [],
      decision,
    }));
    const acl = { subject, policies: [{ policyType: 'Custom', entries }] };
    await this.#broker.call(code, { subject }, JSON.stringify(acl));
  }
}

/** Rejects while the nameserver at `address` does not know the topic. */
export async function routeFromNameserver(address: string, topic: string): Promise<void> {
  const nameserver = await RemotingConnection.open(address);
  try {
    await nameserver.call(request.routeOf, { topic });
  } finally {
    nameserver.close();
  }
}

function offsetOf({ fields }: Answer): number {
  return Number(fields['offset']);
}
