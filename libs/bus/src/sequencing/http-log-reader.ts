import {
  sleep,
  assertStreamName,
  InvalidArgumentError,
  StoreClosedError,
  StoreUnavailableError,
  type CommitHeader,
  type LogBatch,
  type LogId,
  type LogReader,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type StreamName,
} from '@varve/eventstore';
import { commitAtRule, commitsRule, headRule, streamRule, type AnswerRule } from './answer-rules.js';
import { httpLogSettings, type HttpLogReaderOptions, type HttpLogSettings } from './http-log-options.js';
import { addressOf, request, type Asked } from './http-request.js';
import {
  assertAnswer,
  fromWireCommit,
  fromWireHeader,
  fromWireStreamEvent,
  type CommitAnswer,
  type CommitsAnswer,
  type HeadAnswer,
  type StreamAnswer,
} from './log-wire.js';

/** In milliseconds. */
const BETWEEN_WAITS = 50;

/** Reads a log that another service owns, through its `LogEndpointModule`. Connects to nothing before it is used, and keeps nothing. */
export class HttpLogReader implements LogReader {
  /** The endpoint serves no log that is weaker. */
  readonly durability = 'power-cut';
  readonly #settings: HttpLogSettings;
  readonly #closing = new AbortController();
  #logId: LogId | undefined;

  /** @throws InvalidBusOptionsError */
  constructor(options: HttpLogReaderOptions) {
    this.#settings = httpLogSettings(options);
  }

  /** As the service told it last. @throws StoreUnavailableError before anything was asked with success */
  get logId(): LogId {
    if (this.#logId !== undefined) return this.#logId;
    throw new StoreUnavailableError(
      `The log at ${this.#settings.url.host} was not reached yet, so its id is not known.`,
      'not-written',
    );
  }

  async head(): Promise<Position> {
    const { head } = await this.#ask<HeadAnswer>({ path: 'head' }, headRule);
    return head;
  }

  async commitAt(position: Position): Promise<CommitHeader | undefined> {
    const { commit } = await this.#ask<CommitAnswer>({ path: `commits/${position}` }, commitAtRule(position));
    return commit ? fromWireHeader(commit) : undefined;
  }

  async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    const { batchSize, signal, ...filter } = options;
    const filtered = filter.categories || filter.types ? JSON.stringify(filter) : undefined;
    for (let from = after; !signal?.aborted;) {
      const query = { after: from, limit: batchSize, filter: filtered };
      const page = await this.#ask<CommitsAnswer>(
        { path: 'commits', query },
        commitsRule(from, filtered !== undefined),
      );
      if (page.upTo <= from) return;
      yield { commits: page.commits.map(fromWireCommit), upTo: page.upTo };
      from = page.upTo;
    }
  }

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const { direction = 'forward', limit } = options;
    let { from } = options;
    let left = limit ?? Infinity;
    assertStreamName(stream);
    // Asked at least once: what is no limit is refused there.
    for (;;) {
      const query = { name: stream, direction, from, limit: left === Infinity ? undefined : left };
      const { events, more } = await this.#ask<StreamAnswer>(
        { path: 'stream', query },
        streamRule({ direction, from, limit: left }),
      );
      for (const event of events) yield fromWireStreamEvent(stream, event);
      const last = events.at(-1);
      if (!last || !more) return;
      left -= events.length;
      from = direction === 'forward' ? last.version + 1 : last.version - 1;
      if (from < 1 || left <= 0) return;
    }
  }

  async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    if (!Number.isSafeInteger(after) || after < 0) {
      throw new InvalidArgumentError('after', `"after" is ${after}. Use a whole number from 0.`);
    }
    const wait = this.#settings.longPoll;
    while (!isOver(signal)) {
      try {
        const { head } = await this.#ask<HeadAnswer>(
          { path: 'head', query: { after, wait }, patience: wait },
          headRule,
          signal,
        );
        if (head > after) return;
        await this.#pause(signal);
      } catch (error) {
        if (isOver(signal)) return;
        throw error;
      }
    }
  }

  /** Ends what is under way. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new StoreClosedError());
  }

  /** Whoever answers at once, and without anything new, is not asked without end. */
  #pause(signal: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([this.#closing.signal, signal]);
    return sleep(this.#settings.timers, BETWEEN_WAITS, ending);
  }

  async #ask<T extends { readonly logId: LogId }>(
    asked: Omit<Asked, 'signal'>,
    rule: AnswerRule,
    signal?: AbortSignal,
  ): Promise<T> {
    const closing = this.#closing.signal;
    closing.throwIfAborted();
    const ending = signal ? AbortSignal.any([closing, signal]) : closing;
    const answer = await request(this.#settings, { ...asked, signal: ending });
    const { logId } = assertAnswer<T>(answer, rule, addressOf(this.#settings.url));
    this.#logId = logId;
    return answer as T;
  }
}

function isOver({ aborted }: AbortSignal): boolean {
  return aborted;
}
