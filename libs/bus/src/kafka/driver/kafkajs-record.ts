import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from './kafka-driver.js';

/** Beside the value: what there is of a record, roughly. */
const OVERHEAD = 500;

/** Its headers' texts are made when they are asked for: most records are asked once, soon. */
export class KafkajsRecord implements IncomingRecord {
  readonly offset: number;
  readonly key: string | undefined;
  readonly bytes: number;
  #value: Buffer | null;
  #headers: IHeaders | undefined;

  constructor({ offset, key, value, headers }: KafkaMessage) {
    this.offset = Number(offset);
    this.key = key?.toString();
    this.bytes = (value?.length ?? 0) + OVERHEAD;
    this.#value = value;
    this.#headers = headers;
  }

  get value(): Uint8Array | null {
    return this.#value;
  }

  get headers(): Readonly<Record<string, string>> {
    return textsOf(this.#headers);
  }

  /** What kafkajs hands over are windows on the whole answer of a fetch. */
  keep(): void {
    this.#value = this.#value && copyOf(this.#value);
    this.#headers = { ...textsOf(this.#headers) };
  }
}

/** Small values share a slab, which one that is held keeps: it is small itself. */
const SLAB = 16 * 1024;
const LARGEST_SHARED = 4 * 1024;

let slab = Buffer.alloc(0);
let used = 0;

function copyOf(value: Buffer): Buffer {
  if (value.length > LARGEST_SHARED) return Buffer.from(value);
  if (used + value.length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  const copy = slab.subarray(used, used + value.length);
  value.copy(copy);
  used += value.length;
  return copy;
}

/** Message after message has the same header, which says what kind it is. */
let last = { name: '', value: Buffer.alloc(0), texts: {} as Readonly<Record<string, string>> };

function textsOf(headers: IHeaders | undefined): Readonly<Record<string, string>> {
  const name = onlyNameOf(headers);
  const value = name === undefined ? undefined : headers?.[name];
  if (name === undefined || !Buffer.isBuffer(value)) return eachTextOf(headers);
  if (name !== last.name || !value.equals(last.value)) {
    last = { name, value: Buffer.from(value), texts: Object.freeze({ [name]: value.toString() }) };
  }
  return last.texts;
}

function onlyNameOf(headers: IHeaders | undefined): string | undefined {
  let only: string | undefined;
  for (const name in headers) {
    if (only !== undefined) return undefined;
    only = name;
  }
  return only;
}

function eachTextOf(headers: IHeaders | undefined): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}
