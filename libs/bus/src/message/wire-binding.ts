/** Where a broker's messages carry what CloudEvents puts into headers. */
export interface WireBinding {
  /** Before the name of each attribute in binary mode. */
  readonly prefix: string;
  /** The header that tells the two modes apart. */
  readonly contentType: string;
  /** The broker keeps control characters out of header values: a message that has some travels in structured mode. */
  readonly plainHeaders?: boolean;
}

/** CloudEvents' Kafka protocol binding 1.0.2. */
export const KAFKA_BINDING: WireBinding = { prefix: 'ce_', contentType: 'content-type' };

/**
 * CloudEvents defines no binding for RocketMQ itself; it links to the working draft in apache/rocketmq-externals
 * (`rocketmq-transport-binding.md`), which the Java SDK implements, and which this follows.
 */
export const ROCKETMQ_BINDING: WireBinding = {
  prefix: 'CE_',
  contentType: 'CE_contenttype',
  plainHeaders: true,
};
