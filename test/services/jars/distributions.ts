/** Servers as they come from Maven Central: what is asked for, without what it needs. */
export interface Distribution {
  readonly name: string;
  /** `group:artifact:version` */
  readonly artifacts: readonly string[];
}

export const rocketMq: Distribution = {
  name: 'rocketmq-5.3.3',
  artifacts: [
    'org.apache.rocketmq:rocketmq-proxy:5.3.3',
    'org.apache.rocketmq:rocketmq-namesrv:5.3.3',
    'org.apache.rocketmq:rocketmq-tools:5.3.3',
  ],
};

export const kafka: Distribution = {
  name: 'kafka-4.3.1',
  // Kafka logs nothing without a binding of SLF4J, and its log says when it is ready.
  artifacts: ['org.apache.kafka:kafka_2.13:4.3.1', 'org.slf4j:slf4j-simple:1.7.36'],
};

export const mongoJavaServer: Distribution = {
  name: 'mongo-java-server-1.47.0',
  artifacts: ['de.bwaldvogel:mongo-java-server:1.47.0', 'org.slf4j:slf4j-simple:2.0.17'],
};
