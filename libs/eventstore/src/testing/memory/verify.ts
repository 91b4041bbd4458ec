import { decodeEvents } from '../../log/commit-text.js';
import type { LogProblem, LogReport } from '../../log/event-store.js';
import { headerOf, type MemoryLog, type StoredCommit } from './memory-log.js';

export function verifyLog(log: MemoryLog): LogReport {
  const versions = new Map<string, number>();
  const problems: LogProblem[] = [];
  let events = 0;
  for (const [index, commit] of log.commits.entries()) {
    const report = (kind: LogProblem['kind'], message: string): void => {
      problems.push({ kind, position: commit.position, message });
    };
    if (commit.position !== index + 1) report('hole', `Position ${index + 1} is missing.`);
    const expected = (versions.get(commit.stream) ?? 0) + 1;
    if (commit.firstVersion !== expected) {
      const kind = commit.firstVersion > expected ? 'hole' : 'overlap';
      report(kind, `Stream "${commit.stream}" goes on at version ${commit.firstVersion}, not ${expected}.`);
    }
    const damage = whyUndecodable(commit);
    if (damage !== undefined) report('undecodable', damage);
    if (commit.commitId !== undefined && log.fenced.has(commit.commitId)) {
      report('fenced-and-committed', `Commit id "${commit.commitId}" was fenced.`);
    }
    versions.set(commit.stream, commit.lastVersion);
    events += commit.lastVersion - commit.firstVersion + 1;
  }
  return { logId: log.logId, commits: log.commits.length, events, streams: versions.size, problems };
}

function whyUndecodable(commit: StoredCommit): string | undefined {
  try {
    decodeEvents(commit.text, headerOf(commit));
    return undefined;
  } catch (error) {
    return String(error);
  }
}
