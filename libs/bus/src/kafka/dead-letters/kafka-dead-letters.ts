import { deadLetterPage, unknownPlace, type DeadLetterPage } from '../../transport/dead-letter-page.js';
import type { DeadLetter, DeadLetters } from '../../transport/dead-letters.js';
import { deadLetterTopicOf } from '../../transport/emulated-dead-letter.js';
import { isBusError } from '../../transport/errors.js';
import type { IncomingRecord, OutgoingRecord } from '../driver/kafka-driver.js';
import { deadLetterFromRecord, tombstone } from './dead-letter-record.js';

export interface KafkaDeadLettersPorts {
  read(topic: string, see: (record: IncomingRecord) => void): Promise<void>;
  publish(record: OutgoingRecord): Promise<void>;
}

/** A compacted topic with one record for each dead letter; what was taken away has a tombstone behind it. */
export class KafkaDeadLetters implements DeadLetters {
  readonly #topic: string;

  constructor(
    private readonly group: string,
    private readonly ports: KafkaDeadLettersPorts,
  ) {
    this.#topic = deadLetterTopicOf(group);
  }

  async list(page?: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const { after, limit } = deadLetterPage(page);
    const records = [...(await this.#read(after)).values()];
    const from = after === undefined ? 0 : records.findIndex(({ key }) => key === after) + 1;
    if (after !== undefined && from === 0) throw unknownPlace(after);
    return records.slice(from, from + limit).map((record) => this.#letter(record));
  }

  async find(id: string): Promise<DeadLetter | undefined> {
    const record = (await this.#read()).get(id);
    return record && this.#letter(record);
  }

  async retry(id: string): Promise<boolean> {
    const letter = await this.find(id);
    if (!letter) return false;
    const { topic, key, headers, body } = letter.raw;
    await this.ports.publish({ topic, ...(key === undefined ? {} : { key }), value: body, headers });
    await this.ports.publish(tombstone(this.group, id));
    return true;
  }

  async discard(id: string): Promise<boolean> {
    if (!(await this.#read()).has(id)) return false;
    await this.ports.publish(tombstone(this.group, id));
    return true;
  }

  /** By id, oldest first. The one that marks a place stays in it when it was taken away, until compaction. */
  async #read(mark?: string): Promise<ReadonlyMap<string, IncomingRecord>> {
    const records = new Map<string, IncomingRecord>();
    try {
      await this.ports.read(this.#topic, (record) => {
        if (record.key === undefined) return;
        if (record.value === null) {
          if (record.key !== mark) records.delete(record.key);
        } else if (!records.has(record.key)) {
          records.set(record.key, record);
        }
      });
    } catch (error) {
      // The topic comes with the group's first dead letter.
      if (isBusError(error, 'broker-refused') && 'why' in error && error.why === 'unknown-topic')
        return records;
      throw error;
    }
    return records;
  }

  #letter(record: IncomingRecord): DeadLetter {
    return deadLetterFromRecord(this.#topic, this.group, record);
  }
}
