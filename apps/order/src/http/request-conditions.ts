import { createHash } from 'node:crypto';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Conditions } from '../order/commands.js';
import { parseIfMatch } from './entity-tag.js';
import { commitIdFor, parseIdempotencyKey } from './idempotency-key.js';

/** Where the gateway in front of this app says who calls. The app itself does not authenticate. */
export const CALLER_HEADER = 'x-caller-id';

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whom a request is from, for the events' metadata and the scope of idempotency keys. */
export function callerOf(request: HttpRequest): string | undefined {
  const caller = headerOf(request, CALLER_HEADER);
  return caller !== undefined && /^[\x21-\x7e]{1,128}$/.test(caller) ? caller : undefined;
}

/** What the headers of a request demand: `If-Match`, and `Idempotency-Key` within its scope. */
export class RequestDemands {
  constructor(
    private readonly route: string,
    private readonly request: HttpRequest,
  ) {}

  /** `subject`: the order, or for an order that is yet to be placed its customer. */
  about(subject: string, content: unknown): Conditions {
    const key = parseIdempotencyKey(headerOf(this.request, 'idempotency-key'));
    const versions = parseIfMatch(headerOf(this.request, 'if-match'));
    if (key === undefined) return { versions };
    const caller = callerOf(this.request) ?? 'anonymous';
    const commitId = commitIdFor(key, { route: this.route, caller, subject });
    return { versions, commitId, contentHash: hashOf(content) };
  }
}

export const Demands = createParamDecorator((route: string, context: ExecutionContext) => {
  return new RequestDemands(route, context.switchToHttp().getRequest<HttpRequest>());
});

/** The content has passed a schema, which puts its keys in order. */
function hashOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}

function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
