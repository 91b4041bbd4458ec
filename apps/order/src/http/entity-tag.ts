import { InvalidRequestError } from './invalid-request.js';

/** What the client demands of an order's version: one of these, or `any`, which is any but none. */
export type DemandedVersions = readonly number[] | 'any';

const ENTITY_TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;

export function entityTagOf(version: number): string {
  return `"${version}"`;
}

/**
 * `If-Match` (RFC 9110 §13.1.1): `"3"`, `"3", "4"` or `*`. Tags are compared strongly, so a weak one matches nothing; neither does a tag
 * that this server never gave.
 */
export function parseIfMatch(header: string | undefined): DemandedVersions | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tags = splitTags(header);
  if (tags.length === 0) throw malformed(header);
  return tags.map((tag) => {
    const [, weak, text] = ENTITY_TAG.exec(tag) ?? [];
    if (text === undefined) throw malformed(header);
    return !weak && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.NaN;
  });
}

/** A comma inside the quotes is part of a tag; a list may have empty elements (§5.6.1). */
function splitTags(header: string): readonly string[] {
  const elements = header.match(/(?:"[^"]*"|[^,])+/g) ?? [];
  return elements.filter((element) => element.trim() !== '');
}

function malformed(header: string): InvalidRequestError {
  const shown = header.length > 100 ? `${header.slice(0, 100)}…` : header;
  const message = `${JSON.stringify(shown)} is no list of entity tags; send back the ETag as it came, e.g. "3", or *`;
  return new InvalidRequestError('header', [{ field: 'If-Match', message }]);
}
