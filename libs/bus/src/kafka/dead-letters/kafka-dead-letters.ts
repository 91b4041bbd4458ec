import { deadLetterPage, unknownPlace, type DeadLetterPage } from '../../transport/dead-letter-page.js';
import type { DeadLetter, DeadLetters } from '../../transport/dead-letters.js';
import { deadLetterTopicOf } from '../../transport/emulated-dead-letter.js';
import { isBusError } from '../../transport/errors.js';
import type { IncomingRecord, OutgoingRecord } from '../driver/kafka-driver.js';
import { deadLetterFromRecord, tombstone } from './dead-letter-record.js';

export interface KafkaDeadLettersPorts {
  read(topic: string, see: (record: IncomingRecord) => void): Promise<void>;
  publish(record: OutgoingRecord): Promise<void>;
  /** In milliseconds. */
  readonly clock: () => number;
}

/**
 * How long what was read serves to settle more of it, in milliseconds: a pass over the topic takes half a second, so that a thousand letters
 * would take many minutes. What somebody else settles meanwhile may be published twice, as when both ask at the same time.
 */
const STILL_FRESH = 5_000;

type Records = Map<string, IncomingRecord>;

/** A compacted topic with one record for each dead letter; what was taken away has a tombstone behind it. */
export class KafkaDeadLetters implements DeadLetters {
  readonly #topic: string;
  #seen: { readonly records: Records; readonly at: number } | undefined;

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
    const record = await this.#toSettle(id);
    if (!record) return false;
    const { topic, key, headers, body } = this.#letter(record).raw;
    await this.ports.publish({ topic, ...(key === undefined ? {} : { key }), value: body, headers });
    await this.#takeAway(id);
    return true;
  }

  async discard(id: string): Promise<boolean> {
    if (!(await this.#toSettle(id))) return false;
    await this.#takeAway(id);
    return true;
  }

  async #toSettle(id: string): Promise<IncomingRecord | undefined> {
    const { clock } = this.ports;
    const seen = this.#seen && clock() - this.#seen.at < STILL_FRESH ? this.#seen.records.get(id) : undefined;
    if (seen) return seen;
    const records = await this.#read();
    this.#seen = { records, at: clock() };
    return records.get(id);
  }

  async #takeAway(id: string): Promise<void> {
    await this.ports.publish(tombstone(this.group, id));
    this.#seen?.records.delete(id);
  }

  /** By id, oldest first. The one that marks a place stays in it when it was taken away, until compaction. */
  async #read(mark?: string): Promise<Records> {
    const records: Records = new Map();
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
