import type { ChangeStream } from 'mongodb';
import type { MongoLog } from '../connection/mongo-log.js';
import type { WakeUp } from './wait-for-commit.js';

/** For servers without change streams. */
export const NEVER_TELLS: WakeUp = { telling: false, start: () => undefined, stop: () => undefined };

/** After a failure, in milliseconds. */
const NEXT_TRY = 30_000;

/** Only that something has come is taken from the change stream: what it is, and in which order, is read from the log. */
export class ChangeStreamWakeUp implements WakeUp {
  readonly #log: MongoLog;
  #stream: ChangeStream | undefined;
  #telling = false;
  #failedAt = -Infinity;

  constructor(log: MongoLog) {
    this.#log = log;
  }

  get telling(): boolean {
    return this.#telling;
  }

  start(wake: () => void): void {
    if (this.#stream || performance.now() - this.#failedAt < NEXT_TRY) return;
    const stream = this.#log.tail.watch([{ $match: { operationType: 'insert' } }, { $project: { _id: 1 } }]);
    this.#stream = stream;
    // It tells only of what comes after it was opened, which may have been after the last look.
    stream.once('init', () => this.#set(stream, true, wake));
    stream.on('change', wake);
    // Not allowed to, or not there any more: the log is asked as on any other server.
    stream.on('error', () => this.#fail(stream, wake));
    stream.on('close', () => this.#fail(stream, wake));
  }

  stop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#telling = false;
    void stream?.close().catch(() => undefined);
  }

  #set(stream: ChangeStream, telling: boolean, wake: () => void): void {
    if (this.#stream !== stream) return;
    this.#telling = telling;
    wake();
  }

  #fail(stream: ChangeStream, wake: () => void): void {
    if (this.#stream !== stream) return;
    this.#failedAt = performance.now();
    this.stop();
    wake();
  }
}
