import { BSON } from 'mongodb';
import { InvalidArgumentError } from '../../log/errors.js';
import { placeOf } from '../connection/commit-document.js';
import type { AppendRequest } from './append-request.js';

/** Below this, in characters of text, a document cannot come near 16 MB: a character has at most three bytes there. */
const SURELY_FITS = 1024 * 1024;

/** The size of the commit's document, about. @throws InvalidArgumentError when no document takes it, before anything is sent */
export function bytesOf(request: AppendRequest, maxBytes: number): number {
  const { text, stream, commitId, at, types, count } = request;
  if (text.length < SURELY_FITS && types.length < 1_000) return text.length + 512;
  const last = Number.MAX_SAFE_INTEGER;
  const document = { _id: last, ...placeOf(stream, 1), lastVersion: last, commitId, at, types, events: text };
  const bytes = BSON.calculateObjectSize(document);
  if (bytes <= maxBytes) return bytes;
  throw new InvalidArgumentError(
    'events',
    `The commit of ${count} events has ${bytes} bytes; one document of MongoDB takes ${maxBytes}, and a commit is one document. ` +
      'Nothing was sent. Append fewer events per commit, or keep large content elsewhere and a reference to it in the event.',
  );
}
