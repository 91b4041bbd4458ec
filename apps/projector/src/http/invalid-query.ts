import { InvalidArgumentError } from '@varve/eventstore';

interface Issue {
  readonly message: string;
  /** Of zod: parameters that nobody knows have no path. */
  readonly keys?: readonly string[];
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A query that its schema refuses; names the first parameter that is wrong, and lists all. */
export class InvalidQueryError extends InvalidArgumentError {
  readonly fields: readonly { readonly field: string; readonly message: string }[];

  constructor(issues: readonly Issue[]) {
    const fields = issues.flatMap(fieldsOf).slice(0, MOST_FIELDS);
    super(fields[0]?.field ?? 'query', fields.map(({ field, message }) => `${field}: ${message}`).join('; '));
    this.fields = fields;
  }
}

/** Nobody reads more than this. */
const MOST_FIELDS = 20;

function fieldsOf({ message, keys, path = [] }: Issue): InvalidQueryError['fields'] {
  if (keys) return keys.map((field) => ({ field, message: 'is unknown here' }));
  const field = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return [{ field: field || 'query', message }];
}
