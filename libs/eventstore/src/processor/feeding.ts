import { categoryOf } from '../log/stream-name.js';
import type { Position } from '../log/positions.js';
import type { CommitFeed, FedCommit, FeedStatus } from './commit-feed.js';
import type { Known } from './known-versions.js';
import type { ProcessorSettings } from './processor-options.js';
import { WalkPace } from './walk-pace.js';

/** A processor's feed through its life: open only with the lease in hand, and once the walker has come to where the log's head was then. */
export class Feeding<Tx> {
  readonly pace: WalkPace;
  readonly #settings: ProcessorSettings<Tx>;
  readonly #feed: CommitFeed;
  readonly #ready: () => void;
  #isOpen = false;
  #closing: Promise<void> | undefined;
  /** Whether the last step was a fed one. */
  #wasFed = false;

  constructor(settings: ProcessorSettings<Tx>, feed: CommitFeed, ready: () => void) {
    this.#settings = settings;
    this.#feed = feed;
    this.#ready = ready;
    this.pace = new WalkPace(settings.walkBehind, settings.clock);
  }

  get status(): FeedStatus {
    return this.#feed.status();
  }

  /** Whether to ask the feed first: it is open, and the walker does not want the turn that it has after each fed step. */
  hasTurn(position: Position): boolean {
    const walkerHasIt = this.#wasFed && (this.pace.isDue || this.pace.bound > position);
    return this.#isOpen && !walkerHasIt;
  }

  /** Whether nothing is left to ask the feed for. */
  hadItsTurn(): boolean {
    const had = !this.#wasFed;
    this.#wasFed = false;
    return had;
  }

  /** What came beside the log. */
  async next(known: Known, most: number): Promise<readonly FedCommit[]> {
    const commits = await this.#feed.next(known, most);
    this.#wasFed = commits.length > 0;
    return commits;
  }

  /** The walker has come to where it may go. */
  open(): void {
    if (this.#isOpen || this.#closing) return;
    const { id, log, filter } = this.#settings;
    const categories = filter.categories && new Set(filter.categories);
    this.#isOpen = true;
    this.#feed.open({
      processor: id,
      logId: log.logId,
      wants: (stream) => !categories || categories.has(categoryOf(stream)),
      ready: this.#ready,
    });
  }

  /** The log or the store is away. The walker makes sure of both before anything is fed again. */
  pause(): void {
    this.pace.hurry();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#feed.pause();
  }

  /** The lease is gone, or is given back. */
  close(): Promise<void> {
    this.#isOpen = false;
    this.pace.hurry();
    this.#closing ??= this.#close().finally(() => (this.#closing = undefined));
    return this.#closing;
  }

  /** A fed step is over. The stream of a commit that could not be applied is the walker's. */
  settled(known: Known, left: ReadonlySet<string>): void {
    this.#feed.settled(known, left);
    if (left.size > 0) this.pace.hurry();
  }

  async #close(): Promise<void> {
    try {
      await this.#feed.close();
    } catch (error) {
      this.#settings.announce({ kind: 'unavailable', error });
    }
  }
}
