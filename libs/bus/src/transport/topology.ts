/** The topics and groups that a configuration needs at the broker. */
export interface BusTopology {
  readonly topics: readonly TopicPlan[];
  readonly groups: readonly GroupPlan[];
}

/** A topic as a configuration needs it. */
export interface TopicPlan {
  readonly name: string;
  /** `plain`: any order. `ordered`: lanes by key. `transactional`: takes half messages. `delayed`: takes delayed messages. */
  readonly kind: 'plain' | 'ordered' | 'transactional' | 'delayed';
  /** Lanes, queues or partitions; the adapter's default without. */
  readonly lanes?: number;
}

/** A group as a configuration needs it, with what it subscribes to. */
export interface GroupPlan {
  readonly name: string;
  readonly topics: readonly string[];
  /** Messages of one key one after the other. */
  readonly order: 'key' | 'none';
}

/** What `varve bus setup` and `varve doctor` use of a bus. */
export interface BusAdministration {
  /** Creates what is missing and changes nothing that is there. */
  setup(topology: BusTopology): Promise<SetupReport>;
  /** What is missing or of the wrong kind, topics that groups subscribe to included; nothing when all is well. */
  inspect(topology: BusTopology): Promise<readonly TopologyProblem[]>;
}

/** What `setup` has made, what was there, and what is left for a person. */
export interface SetupReport {
  readonly created: readonly string[];
  readonly existing: readonly string[];
  /** What a person must run instead, because this client cannot: exact commands. */
  readonly commands: readonly string[];
}

/** Something that is missing at the broker or is of the wrong kind, for a person. */
export interface TopologyProblem {
  readonly subject: string;
  readonly problem: string;
  readonly whatToDo: string;
}
