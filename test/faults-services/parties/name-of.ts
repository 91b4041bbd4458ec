import type { CommitMessage } from '@varve/bus';

/** What makes a commit this one and no other, in the log as in a message. */
export function nameOf(
  commit: Pick<CommitMessage, 'stream' | 'firstVersion' | 'lastVersion' | 'commitId'>,
): string {
  const { stream, firstVersion, lastVersion, commitId = '' } = commit;
  return `${stream} ${firstVersion}-${lastVersion} ${commitId}`;
}
