import type { LogReport } from '../../log/event-store.js';
import type { CopySource, StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { LogId } from '../../log/positions.js';
import type { LogFillingHarness } from '../contract/moving/harness.js';
import { inMemoryFillingHarness } from '../in-memory-filling-harness.js';
import { InMemoryLogFilling } from '../in-memory-log-filling.js';
import type { BrokenTwin } from './broken-twin.js';

type FillingClass = new (
  ...of: ConstructorParameters<typeof InMemoryLogFilling>
) => InstanceType<typeof InMemoryLogFilling>;

function brokenFilling(
  name: string,
  Filling: FillingClass,
  fails: readonly (string | RegExp)[],
): BrokenTwin<LogFillingHarness> {
  return { name, fails, harness: inMemoryFillingHarness(Filling) };
}

class OpensAtOnce extends InMemoryLogFilling {
  protected override begin(source: CopySource): void {
    super.begin(source);
    this.log.source = undefined;
  }

  protected override assertFilling(): void {
    return;
  }
}

class BeginsAgain extends InMemoryLogFilling {
  protected override begin(source: CopySource): void {
    super.begin(source);
    this.log.commits.length = 0;
  }
}

class TakesAnySource extends InMemoryLogFilling {
  protected override begin(source: CopySource): void {
    if (this.log.source) this.log.source = source;
    super.begin(source);
  }
}

class AddsToWhatThereIs extends InMemoryLogFilling {
  protected override begin(source: CopySource): void {
    const fenced = [...this.log.fenced];
    const commits = this.log.commits.splice(0);
    this.log.fenced.clear();
    super.begin(source);
    this.log.commits.push(...commits);
    for (const [id, at] of fenced) this.log.fenced.set(id, at);
  }
}

class TakesItsOwnSource extends InMemoryLogFilling {
  protected override begin(source: CopySource): void {
    if (this.log.logId === source.logId) this.log.logId = crypto.randomUUID();
    super.begin(source);
  }
}

class SharesTheEmptyLog extends InMemoryLogFilling {
  protected override begin(source: CopySource): void {
    const { logId } = this.log;
    super.begin(source);
    this.log.logId = logId;
  }
}

class NumbersByItself extends InMemoryLogFilling {
  protected override write(commits: readonly StoredCommit[]): void {
    const head = this.log.commits.length;
    const next = commits.filter(({ position }) => position > head);
    super.write(next.map((commit, i) => ({ ...commit, position: head + i + 1 })));
  }
}

class DoublesWhatItHas extends InMemoryLogFilling {
  protected override write(commits: readonly StoredCommit[]): void {
    const head = this.log.commits.length;
    const gap = (commits[0]?.position ?? 0) > head + 1;
    super.write(
      gap
        ? commits
        : commits.map((commit, i) => ({
            ...commit,
            position: commit.position <= head ? head + i + 1 : commit.position,
          })),
    );
  }
}

class CountsAnewEachTime extends InMemoryLogFilling {
  #looked = 0;

  override async verify(): Promise<LogReport> {
    const report = await super.verify();
    const commits = report.commits - this.#looked;
    this.#looked = report.commits;
    return { ...report, commits };
  }
}

class ForgetsTheFences extends InMemoryLogFilling {
  override putFences(): Promise<void> {
    this.assertFilling();
    return Promise.resolve();
  }
}

class FencesAnew extends InMemoryLogFilling {
  override putFences(fences: readonly StoredFence[]): Promise<void> {
    return super.putFences(fences.map(({ commitId }) => ({ commitId, at: new Date() })));
  }
}

class KeepsAnIdOfItsOwn extends InMemoryLogFilling {
  override async release(logId: LogId): Promise<void> {
    const own = this.log.logId;
    await super.release(logId);
    this.log.logId = own;
  }
}

class WritesOn extends InMemoryLogFilling {
  protected override assertFilling(): void {
    return;
  }
}

/** For every case of `logFillingContract`, at least one that fails it. */
export const brokenLogFillings: readonly BrokenTwin<LogFillingHarness>[] = [
  brokenFilling('is open at once', OpensAtOnce, [
    'cannot be opened before it is released',
    'goes on where it was interrupted',
    'is filled from one source only',
    'is filled from one of two sources that begin at the same time',
    'is left alone once somebody else has released it',
  ]),
  brokenFilling('begins again each time', BeginsAgain, [
    'goes on where it was interrupted',
    'is filled from one source only',
  ]),
  brokenFilling('takes any source', TakesAnySource, [
    'is filled from one source only',
    'is filled from one of two sources that begin at the same time',
  ]),
  brokenFilling('adds to what there is', AddsToWhatThereIs, [
    'is made of no log that is in use',
    'is filled from one source only',
  ]),
  brokenFilling('takes its own source for another log', TakesItsOwnSource, [
    'is not made of its own source, whatever that is called',
  ]),
  brokenFilling('shares an empty log with whoever has it open', SharesTheEmptyLog, [
    'takes an empty log from whoever has it open',
  ]),
  brokenFilling('numbers the commits by itself', NumbersByItself, [
    'takes no commit that does not follow on its head',
  ]),
  brokenFilling('doubles what it has', DoublesWhatItHas, [
    'goes on where it was interrupted',
    'may be filled twice at the same time',
  ]),
  brokenFilling('counts anew each time', CountsAnewEachTime, [
    'counts all that it has whenever it is looked at',
  ]),
  brokenFilling('forgets the fences', ForgetsTheFences, [
    'is, once it was released, a log as any other',
    'has what was put into it, to the letter',
    'goes on where it was interrupted',
    'may be filled twice at the same time',
  ]),
  brokenFilling('fences at a time of its own', FencesAnew, [
    'has what was put into it, to the letter',
    'goes on where it was interrupted',
    'may be filled twice at the same time',
  ]),
  brokenFilling('keeps an id of its own', KeepsAnIdOfItsOwn, [
    'is, once it was released, a log as any other',
    'is left alone once somebody else has released it',
  ]),
  brokenFilling('writes on after the release', WritesOn, [
    'is left alone once somebody else has released it',
  ]),
];
