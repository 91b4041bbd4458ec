import { Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import { InvalidRequestError } from './invalid-request.js';
import type { InvalidField } from './invalid-request.js';

/** Nobody reads more than this, and a hostile body can be wrong in a hundred thousand places. */
const MOST_FIELDS = 20;

type Issue = {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
};

/** Validates by the schema of `@Body({ schema })` and `@Param('id', { schema })`, and names each field that is wrong. */
@Injectable()
export class SchemaValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new IssuesFound(issues) });
  }

  override async transform<T = unknown>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (error instanceof IssuesFound) throw invalid(error.issues, metadata);
      throw error;
    }
  }

  /** Left in, so that the strict schemas refuse `__proto__` and `constructor` by name instead of ignoring them. */
  protected override stripProtoKeys(): void {}
}

class IssuesFound extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super('issues found');
  }
}

function invalid(issues: readonly Issue[], { type, data }: ArgumentMetadata): InvalidRequestError {
  const part = type === 'param' ? 'path' : type === 'query' ? 'query' : 'body';
  const root = data ?? part;
  const fields = issues.slice(0, MOST_FIELDS).map((issue): InvalidField => {
    return { field: fieldOf(issue) || root, message: issue.message };
  });
  const left = issues.length - fields.length;
  return new InvalidRequestError(
    part,
    left > 0 ? [...fields, { field: root, message: `and ${left} more` }] : fields,
  );
}

/** `['items', 0, 'quantity']` → `items[0].quantity` */
function fieldOf({ path = [] }: Issue): string {
  return path
    .map((segment) => (typeof segment === 'object' ? segment.key : segment))
    .reduce<string>((field, key) => {
      if (typeof key === 'number') return `${field}[${key}]`;
      return field === '' ? String(key) : `${field}.${String(key)}`;
    }, '');
}
