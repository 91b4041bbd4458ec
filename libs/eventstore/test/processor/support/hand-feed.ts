import type {
  CommitFeed,
  EventStore,
  FedCommit,
  FeedSession,
  FeedStatus,
  KnownVersions,
  RecordedEvent,
} from '@varve/eventstore';

/** A feed by hand: brings what the test gives it, in that order, and fills no gap. */
export class HandFeed implements CommitFeed {
  readonly held: FedCommit[] = [];
  readonly done: string[] = [];
  readonly left: string[] = [];
  session: FeedSession | undefined;
  state: FeedStatus['state'] = 'closed';

  give(...commits: readonly FedCommit[]): void {
    this.held.push(...commits);
    this.session?.ready();
  }

  open(session: FeedSession): void {
    this.session = session;
    this.state = 'running';
  }

  async next(known: KnownVersions, most: number): Promise<readonly FedCommit[]> {
    await known.load(this.held.map(({ stream }) => stream));
    this.#drop(known);
    const ahead = new Map<string, number>();
    const next: FedCommit[] = [];
    for (const commit of this.held) {
      const version = ahead.get(commit.stream) ?? known.versionOf(commit.stream);
      if (commit.firstVersion !== (version ?? 0) + 1 || this.left.includes(commit.stream)) continue;
      if (next.length < most) next.push(commit);
      ahead.set(commit.stream, commit.lastVersion);
    }
    return next;
  }

  settled(known: KnownVersions, left: ReadonlySet<string>): void {
    this.left.push(...left);
    this.#drop(known);
  }

  pause(): void {
    this.state = 'paused';
  }

  async close(): Promise<void> {
    this.state = 'closed';
    this.session = undefined;
  }

  status(): FeedStatus {
    return { state: this.state, held: this.held.length, heldBytes: 0, applied: 0, duplicates: 0, refills: 0 };
  }

  #drop(known: KnownVersions): void {
    for (let i = this.held.length - 1; i >= 0; i -= 1) {
      const { stream, firstVersion, lastVersion } = this.held[i] as FedCommit;
      if (!known.isParked(stream) && lastVersion > (known.versionOf(stream) ?? 0)) continue;
      this.held.splice(i, 1);
      this.done.push(`${stream}@${firstVersion}`);
    }
  }
}

/** The log's commits as a bus brings them, oldest first. */
export async function fedCommits(log: EventStore): Promise<FedCommit[]> {
  const all: FedCommit[] = [];
  for await (const { commits } of log.readAll(0)) {
    for (const { position: _, ...commit } of commits)
      all.push({ ...commit, events: commit.events.map(unplaced) });
  }
  return all;
}

function unplaced({ position: _, ...event }: RecordedEvent): RecordedEvent {
  return event;
}
