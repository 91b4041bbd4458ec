import { categoryOf } from '../../log/stream-name.js';
import type { ProcessorSettings } from '../processor-options.js';
import type { Work } from '../step/holding.js';
import type { CommitFeed, FedCommit, FeedStatus } from './commit-feed.js';
import type { Known } from './known-versions.js';
import { WalkAhead, type Look } from './walk-ahead.js';
import { WalkPace } from './walk-pace.js';

/** A processor's feed through its life: open only with the lease in hand, and once the walker has come to where the log's head was then. */
export class Feeding<Tx> {
  readonly pace: WalkPace;
  readonly #ahead = new WalkAhead<Tx>();
  readonly #settings: ProcessorSettings<Tx>;
  readonly #feed: CommitFeed;
  readonly #ready: () => void;
  #isOpen = false;
  #closing: Promise<void> | undefined;
  /** Whether the last step was a fed one. */
  #wasFed = false;
  /** Whether the feed has something that it was not asked for yet. */
  #isRoused = false;
  #rouse: () => void = () => undefined;

  constructor(settings: ProcessorSettings<Tx>, feed: CommitFeed, ready: () => void) {
    this.#settings = settings;
    this.#feed = feed;
    this.#ready = ready;
    this.pace = new WalkPace(settings.walkBehind, settings.clock);
  }

  get status(): FeedStatus {
    return this.#feed.status();
  }

  /** Looks at the log, outside of this step, if the walker may go on, or does not know whether it may. */
  lookAhead(work: Work<Tx>): void {
    const { checkpoint, parked } = work.holding;
    const isWanted = this.pace.isDue || this.pace.bound > checkpoint.position || parked.size > 0;
    if (isWanted) this.#ahead.begin(work, checkpoint.position);
  }

  /** The next stretch may come while this one is applied. */
  lookFurther(work: Work<Tx>, { read }: Look): void {
    if (read && this.pace.bound > read.upTo) this.#ahead.begin(work, read.upTo);
  }

  /** What the log says, as soon as it says it: `undefined` when it was not asked, `roused` when the feed has something before. */
  async looked(signal: AbortSignal): Promise<Look | 'roused' | undefined> {
    if (!this.#ahead.isUnderWay) return undefined;
    const sooner = new Promise<void>((resolve) => {
      this.#rouse = resolve;
    });
    if (this.#isOpen && this.#isRoused) this.#rouse();
    const rouse = this.#rouse;
    signal.addEventListener('abort', rouse, { once: true });
    const look = await this.#ahead.take(sooner).finally(() => signal.removeEventListener('abort', rouse));
    signal.throwIfAborted();
    return look ?? 'roused';
  }

  /** Whether to ask the feed first: it is open, and the walker, who has a turn after each fed step, waits for the log or wants none. */
  get hasTurn(): boolean {
    return this.#isOpen && !(this.#wasFed && this.#ahead.isReady);
  }

  /** The walker has had its turn. */
  walked(): void {
    this.#wasFed = false;
  }

  /** Whether nothing is left to ask the feed for. */
  hadItsTurn(): boolean {
    const had = !this.#wasFed;
    this.#wasFed = false;
    return had;
  }

  /** What came beside the log. */
  async next(known: Known, most: number): Promise<readonly FedCommit[]> {
    this.#isRoused = false;
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
      ready: () => this.#wake(),
    });
  }

  /** Walks to the log's head once, without waiting for what may come beside it. */
  hurry(): void {
    this.pace.hurry();
    this.#ahead.drop();
    this.#wake();
  }

  /** The log or the store is away. The walker makes sure of both before anything is fed again. */
  pause(): void {
    this.pace.hurry();
    this.#ahead.drop();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#feed.pause();
  }

  /** The lease is gone, or is given back. */
  close(): Promise<void> {
    this.#isOpen = false;
    this.pace.hurry();
    this.#ahead.drop();
    this.#closing ??= this.#close().finally(() => (this.#closing = undefined));
    return this.#closing;
  }

  /** A fed step is over. The stream of a commit that could not be applied is the walker's. */
  settled(known: Known, left: ReadonlySet<string>): void {
    this.#feed.settled(known, left);
    if (left.size === 0) return;
    this.pace.hurry();
    this.#ahead.drop();
  }

  #wake(): void {
    this.#isRoused = true;
    this.#rouse();
    this.#ready();
  }

  async #close(): Promise<void> {
    try {
      await this.#feed.close();
    } catch (error) {
      this.#settings.announce({ kind: 'unavailable', error });
    }
  }
}
