import { EventUndecodableError } from '../log/errors.js';
import type { NewEvent } from '../log/event.js';
import type { StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';

/**
 * The texts of one stream's commits, one after the other, without what an aggregate does not need of a recorded event.
 *
 * Many a stream has one event in a commit, and no metadata. Of such a text, when it begins like the one before it, the data alone are
 * parsed: loading takes a sixth less time, and it cannot be wrong, since with anything behind the data the rest would not parse. After the
 * first text that is not so, all are parsed as they are.
 */
export class PayloadTexts {
  readonly #stream: StreamName;
  /** How a commit begins that has one event of the type that came last; empty: not known yet, `undefined`: of no use. */
  #start: string | undefined = '';
  #type = '';

  constructor(stream: StreamName) {
    this.#stream = stream;
  }

  /**
   * Adds a commit's events, and says how many they are.
   *
   * @throws EventUndecodableError
   */
  addTo(into: NewEvent[], text: string): number {
    if (this.#start && text.startsWith(this.#start) && this.#addData(into, text, this.#start)) return 1;
    const parsed = parse(text, this.#stream);
    const count = parsed.length;
    for (let i = 0; i < count; i++) {
      const event = parsed[i];
      if (typeof event?.type !== 'string') throw undecodable(this.#stream, 'an event has no type');
      into.push(event);
    }
    if (this.#start !== undefined && count === 1) this.#expect(into.at(-1)!);
    return count;
  }

  #addData(into: NewEvent[], text: string, start: string): boolean {
    try {
      if (!text.endsWith(END)) return false;
      into.push({ type: this.#type, data: JSON.parse(text.slice(start.length, -END.length)) as unknown });
      return true;
    } catch {
      this.#start = undefined;
      return false;
    }
  }

  #expect({ type, metadata, schemaVersion }: NewEvent): void {
    const alone = metadata === undefined && schemaVersion === undefined;
    this.#type = type;
    this.#start = alone ? `[{"type":${JSON.stringify(type)},"data":` : undefined;
  }
}

const END = '}]';

export function missingCommit(stream: StreamName, before: StreamVersion): EventUndecodableError {
  return undecodable(stream, `a commit before version ${before} is missing; run "varve doctor"`);
}

export function undecodable(stream: StreamName, problem: string, cause?: unknown): EventUndecodableError {
  return new EventUndecodableError(
    '(commit)',
    `stream "${stream}"`,
    problem,
    cause === undefined ? {} : { cause },
  );
}

function parse(text: string, stream: StreamName): readonly (NewEvent | null)[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw undecodable(stream, 'a text is not JSON', error);
  }
  if (!Array.isArray(parsed)) throw undecodable(stream, 'a text holds no events');
  return parsed as readonly (NewEvent | null)[];
}
