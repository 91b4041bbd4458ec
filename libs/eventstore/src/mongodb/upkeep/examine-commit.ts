import type { Examination } from '../../adapter/examination.js';
import {
  closesStream,
  headerOf,
  isSeal,
  listingKey,
  type CommitDocument,
  type SealDocument,
} from '../connection/commit-document.js';

export function examine(examination: Examination, document: CommitDocument | SealDocument): void {
  if (isSeal(document)) {
    examination.report('damaged', document._id, 'The log goes on after its seal.');
    return;
  }
  const { _id: position, stream, category, firstVersion, types, listed } = document;
  const decoded = examination.examine({
    header: headerOf(document),
    stream,
    named: true,
    category,
    closing: closesStream(document),
    events: document.events,
  });
  if (firstVersion === 1 && listed !== listingKey(stream)) {
    examination.report('damaged', position, `The stream "${stream}" is not in the list of streams.`);
  }
  if (!decoded) return;
  const found = new Set(decoded.map(({ type }) => type));
  if (types.length === found.size && types.every((type) => found.has(type))) return;
  examination.report('damaged', position, 'The types beside the events are not those of the events.');
}
