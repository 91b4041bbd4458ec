import { InvalidArgumentError } from '@varve/eventstore';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A query that its schema refuses; names the first parameter that is wrong, and lists all. */
export class InvalidQueryError extends InvalidArgumentError {
  readonly fields: readonly { readonly field: string; readonly message: string }[];

  constructor(issues: readonly Issue[]) {
    const fields = issues.map(({ message, path = [] }) => ({
      field: path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || 'query',
      message,
    }));
    super(fields[0]?.field ?? 'query', fields.map(({ field, message }) => `${field}: ${message}`).join('; '));
    this.fields = fields;
  }
}
