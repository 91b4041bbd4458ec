/** A group of projector instances and the one read-model database that they share. */
export interface Consumer {
  readonly group: string;
  /** The database's own id, which travels with it. */
  readonly databaseId: string;
  /** Where a person finds the database. */
  readonly location: string;
}

/** A consumer as the log remembers it. */
export interface RegisteredConsumer extends Consumer {
  readonly registeredAt: Date;
}

/** What a log may do besides: remember where each group has its read models. Positions of one group in two databases would be two truths. */
export interface ConsumerRegistry {
  /** Keeps the group's database. @throws InvalidOptionsError the group has another one */
  registerConsumer(consumer: Consumer): Promise<void>;

  listConsumers(): Promise<readonly RegisteredConsumer[]>;

  /** The group may have its read models anywhere again. `false`: there is no such group. */
  forgetConsumer(group: string): Promise<boolean>;
}
