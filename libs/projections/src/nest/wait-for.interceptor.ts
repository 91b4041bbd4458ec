import type { ServerResponse } from 'node:http';
import {
  Inject,
  mixin,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { assertStreamName, InvalidArgumentError, type Position } from '@varve/eventstore';
import type { Observable } from 'rxjs';
import { ProjectionBehindError } from '../projection/errors.js';
import type { StreamPoint, WaitOutcome } from '../projection/waiting/wait-for.js';
import type { ProjectorHost } from './projector-host.js';
import { getProjectorToken } from './tokens.js';

/** Of the answer: how far the read model had come, at least, when it was read. */
export const POSITION_HEADER = 'Varve-Position';

const DEFAULT_TIMEOUT = 5_000;
const LONGEST_TIMEOUT = 60_000;

/** What a request and its answer have in common on Express, on Fastify, and below both. */
interface Asking {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Read your writes over HTTP: `@UseInterceptors(WaitFor('orders'))`. A request that says `?position=42` or `?stream=order-1&version=3`, or
 * sends the header `Varve-Position`, is answered when the projection has come there, after `?timeout=` milliseconds (5,000, at most
 * 60,000) at the latest; then `ProjectionBehindError` is thrown. Every answer carries the position. On Express and on Fastify.
 */
export function WaitFor(projection: string, readModels?: string): Type<NestInterceptor> {
  class WaitForInterceptor implements NestInterceptor {
    constructor(
      @Inject(getProjectorToken(readModels)) private readonly projector: ProjectorHost,
      @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    ) {}

    async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const http = context.switchToHttp();
      const position = await this.wait(http.getRequest<Asking>(), goneSignal(http.getResponse<Answering>()));
      this.adapterHost.httpAdapter.setHeader(http.getResponse(), POSITION_HEADER, String(position));
      return next.handle();
    }

    private async wait({ query = {}, headers }: Asking, signal: AbortSignal): Promise<number> {
      const wanted =
        pointOf(query) ??
        numberOf('position', query['position'] ?? headers[POSITION_HEADER.toLowerCase()]) ??
        0;
      const timeout = numberOf('timeout', query['timeout']) ?? DEFAULT_TIMEOUT;
      const waiting = { timeout: Math.min(timeout, LONGEST_TIMEOUT), signal };
      const outcome = await this.projector
        .waitFor(wanted, projection, waiting)
        .catch((error: unknown) => this.lookOnce(wanted, signal, error));
      if (outcome.reached) return outcome.position;
      throw new ProjectionBehindError(projection, wanted, outcome);
    }

    /** A client that hangs up is no failure of the app: its wait ends as one that has taken too long, and not as an error that filters log. */
    private lookOnce(
      wanted: Position | StreamPoint,
      { aborted }: AbortSignal,
      error: unknown,
    ): Promise<WaitOutcome> {
      if (!aborted) throw error;
      return this.projector.waitFor(wanted, projection, { timeout: 0 });
    }
  }
  return mixin(WaitForInterceptor);
}

interface Answering {
  readonly raw?: ServerResponse;
}

/** Aborted when the client has hung up: nobody waits any more. */
function goneSignal(response: Answering): AbortSignal {
  const gone = new AbortController();
  const raw = response.raw ?? (response as ServerResponse);
  raw.once('close', () => gone.abort());
  return gone.signal;
}

function pointOf({ stream, version }: Readonly<Record<string, unknown>>): StreamPoint | undefined {
  if (stream === undefined && version === undefined) return undefined;
  const number = numberOf('version', version, 1);
  if (number === undefined) throw new InvalidArgumentError('version', 'A stream is given without a version.');
  if (typeof stream !== 'string')
    throw new InvalidArgumentError('stream', 'A version is given without one stream.');
  assertStreamName(stream);
  return { stream, version: number };
}

function numberOf(name: string, value: unknown, least = 0): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new InvalidArgumentError(
    name,
    `${name} is ${JSON.stringify(value)}: use a whole number from ${least}.`,
  );
}
