import type { Examination } from '../../adapter/examination.js';
import { isClosing } from '../../log/commit-text.js';
import { headerOf, type CommitRow } from '../connection/commit-row.js';

/** A commit, and what the indexes say of it. */
export interface ExaminedRow extends Omit<CommitRow, 'stream'> {
  readonly stream: string | null;
  readonly category: string | null;
  readonly stream_id: number;
  readonly by_stream: number | null;
  readonly by_commit_id: number | null;
  readonly fenced: number | null;
}

export function examine(examination: Examination, row: ExaminedRow): void {
  const { position, stream, stream_id: id, category, events } = row;
  const header = headerOf({ ...row, stream: stream ?? `#${id}` });
  const named = stream !== null;
  examination.examine({
    header,
    stream: stream ?? id,
    named,
    category,
    closing: isClosing(events),
    events,
  });
  if (row.by_stream !== position) {
    examination.report('damaged', position, 'The index of streams does not have this commit.');
  }
  if (row.commit_id !== null && row.by_commit_id !== position) {
    examination.report('damaged', position, 'The index of commit ids does not have this commit.');
  }
  if (row.fenced !== null) examination.reportFenced(header);
}
