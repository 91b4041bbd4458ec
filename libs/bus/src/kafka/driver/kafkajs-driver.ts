import type { Timers } from '@varve/eventstore';
import type { KafkaMessageBusOptions } from '../kafka-options.js';
import type {
  KafkaAdmin,
  KafkaConsumer,
  KafkaConsumerEvents,
  KafkaConsumerOptions,
  KafkaDriver,
  KafkaProducer,
} from './kafka-driver.js';
import { KafkajsAdmin } from './kafkajs-admin.js';
import { KafkajsClient } from './kafkajs-client.js';
import { KafkajsConsumer } from './kafkajs-consumer.js';
import { KafkajsProducer } from './kafkajs-producer.js';

export interface KafkajsDriverTimes {
  readonly connectTimeout: number;
  readonly sessionTimeout: number;
}

/** The driver on kafkajs 2.2.4. Constructing connects to nothing. */
export class KafkajsDriver implements KafkaDriver {
  constructor(
    private readonly options: KafkaMessageBusOptions,
    private readonly times: KafkajsDriverTimes,
    private readonly timers: Timers,
  ) {}

  producer(): KafkaProducer {
    return new KafkajsProducer(this.#client());
  }

  consumer(options: KafkaConsumerOptions, events: KafkaConsumerEvents): KafkaConsumer {
    const { sessionTimeout } = this.times;
    // A member that has not come back by then is left out: as long as one that has died.
    return new KafkajsConsumer(this.#client(), options, events, {
      sessionTimeout,
      rebalanceTimeout: sessionTimeout,
    });
  }

  admin(): KafkaAdmin {
    return new KafkajsAdmin(this.#client());
  }

  #client(): KafkajsClient {
    const { connectTimeout } = this.times;
    return new KafkajsClient({ bus: this.options, connectTimeout, timers: this.timers });
  }
}
