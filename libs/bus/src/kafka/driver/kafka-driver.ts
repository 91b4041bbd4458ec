/**
 * All that the bus asks of a Kafka client: three kinds of connection. Whoever wants another client writes these three; nothing else in this
 * folder knows which one it is. What they throw is already an error of this library.
 */
export interface KafkaDriver {
  producer(): KafkaProducer;
  consumer(options: KafkaConsumerOptions, events: KafkaConsumerEvents): KafkaConsumer;
  admin(): KafkaAdmin;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The offset of the next record to read: what a commit means in Kafka. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** `null` as a value is a tombstone: compaction removes the key. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key?: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface IncomingRecord {
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  /** It may be held for long: from now on it keeps nothing in memory but itself. */
  keep(): void;
}

/** Some records of one partition, by rising offset; never empty. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly IncomingRecord[];
}

/**
 * Idempotent, all replicas acknowledge. One `send` at a time, and none after one that failed: the sequence numbers of a failed send are
 * taken again by the next, and the broker would drop that as a repetition.
 */
export interface KafkaProducer {
  connect(): Promise<void>;
  /** In order, per partition. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Ends at once: nothing is sent any more, whatever was under way. */
  close(): Promise<void>;
}

export interface KafkaConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
}

export interface KafkaConsumerEvents {
  /** The member holds these partitions now and no others, also after each rebalance. What was not committed is fetched again. */
  assigned(partitions: readonly TopicPartition[]): void;
  /** Fetches go on once it resolves; heartbeats only follow fetches, so it may not wait for a handler. */
  fetched(batch: RecordBatch): Promise<void>;
  /** The consumer is at its end; another one is needed. */
  failed(error: unknown): void;
}

/** A member of a group. It fetches and sends heartbeats by itself and commits nothing by itself. */
export interface KafkaConsumer {
  /** Resolves when the member has its partitions. */
  start(): Promise<void>;
  /** Fetches nothing more from them. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Leaves the group. Resolves also when the broker cannot be reached. */
  close(): Promise<void>;
}

export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface PartitionOffsets {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

export interface KafkaAdmin {
  connect(): Promise<void>;
  topicNames(): Promise<readonly string[]>;
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  topicConfig(name: string): Promise<Readonly<Record<string, string>>>;
  /** `false`: it is there already. */
  createTopic(topic: NewTopic): Promise<boolean>;
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** Those partitions for which the group has committed something. */
  committed(group: string, topics: readonly string[]): Promise<readonly TopicPartitionOffset[]>;
  brokers(): Promise<number>;
  close(): Promise<void>;
}
