import { readStretch } from '@varve/bus';
import type {
  CommitFeed,
  FedCommit,
  FeedStatus,
  KnownVersions,
  LogReader,
  StreamName,
} from '@varve/eventstore';
import type { ReadModels } from '../read-models.js';

const PAGE = 1_000;

/**
 * Brings from the log what another processor of it has applied ahead of its position: then both have dealt with the same commits, and their
 * rows can be compared. The other one is held still meanwhile.
 */
export class AheadFeed implements CommitFeed {
  readonly #log: LogReader;
  readonly #readModels: Pick<ReadModels<never>, 'listApplied'>;
  readonly #other: string;
  #isWanted = false;
  #after: StreamName = '';
  #isAtEnd = false;
  #found: FedCommit[] = [];
  #offered = 0;

  constructor(log: LogReader, readModels: Pick<ReadModels<never>, 'listApplied'>, other: string) {
    this.#log = log;
    this.#readModels = readModels;
    this.#other = other;
  }

  /** Everything was brought. */
  get isDone(): boolean {
    return this.#isAtEnd && this.#found.length === 0;
  }

  begin(): void {
    this.#isWanted = true;
    this.#after = '';
    this.#isAtEnd = false;
    this.#found = [];
  }

  open(): void {
    // There is nobody to connect to.
  }

  async next(known: KnownVersions, most: number): Promise<readonly FedCommit[]> {
    while (this.#isWanted && this.#found.length === 0 && !this.#isAtEnd) await this.#look(known);
    this.#offered = Math.min(most, this.#found.length);
    return this.#found.slice(0, this.#offered);
  }

  /** What failed is not brought again, nor what stands behind it: the rows then differ, and that is what is asked. */
  settled(_known: KnownVersions, left: ReadonlySet<StreamName>): void {
    this.#found = this.#found.slice(this.#offered).filter(({ stream }) => !left.has(stream));
  }

  pause(): void {
    this.#found = [];
    this.#after = '';
    this.#isAtEnd = false;
  }

  async close(): Promise<void> {
    this.#isWanted = false;
  }

  status(): FeedStatus {
    const held = this.#found.length;
    return { state: 'running', held, heldBytes: 0, applied: 0, duplicates: 0, refills: 0 };
  }

  async #look(known: KnownVersions): Promise<void> {
    const page = await this.#readModels.listApplied(this.#other, { after: this.#after, limit: PAGE });
    await known.load(page.map(({ stream }) => stream));
    for (const { stream, version } of page) {
      if (known.isParked(stream)) continue;
      let from = (known.versionOf(stream) ?? 0) + 1;
      while (from <= version) {
        const commits = await readStretch(this.#log, { stream, from, to: version });
        const last = commits.at(-1);
        if (!last) break;
        this.#found.push(...commits);
        from = last.lastVersion + 1;
      }
    }
    this.#after = page.at(-1)?.stream ?? this.#after;
    this.#isAtEnd = page.length < PAGE;
  }
}
