import type { ServerResponse } from 'node:http';
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  Inject,
  Param,
  Query,
  Res,
  ServiceUnavailableException,
  UseGuards,
  type BeforeApplicationShutdown,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { isEventStoreError, MAX_BATCH_SIZE, type LogReader, type ReadAllOptions } from '@varve/eventstore';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { LogEndpointSettings } from './log-endpoint-options.js';
import { LogPages } from './log-pages.js';
import { tokenGuard } from './token-guard.js';

const JSON_TEXT = ['Content-Type', 'application/json; charset=utf-8'] as const;
const LONGEST_WAIT = 30_000;
const LONGEST_FILTER = 16_000;

/** What an answer has in common on Express, on Fastify, and below both. */
interface Answering {
  readonly raw?: ServerResponse;
  header(name: string, value: string): unknown;
}

/** The log as pages of JSON, for `HttpLogReader`. It only reads. */
export function logEndpointController({ path, tokens, guard, store }: LogEndpointSettings): Type<object> {
  const guards = [...(tokens ? [tokenGuard(tokens)] : []), ...(guard ? [guard] : [])];

  @Controller(path)
  @UseGuards(...guards)
  class LogEndpointController extends LogEndpoint {
    constructor(@Inject(getEventStoreToken(store)) log: LogReader) {
      super(log);
    }
  }
  return LogEndpointController;
}

class LogEndpoint implements OnModuleInit, BeforeApplicationShutdown {
  readonly #pages: LogPages;
  readonly #shutdown = new AbortController();

  constructor(private readonly log: LogReader) {
    this.#pages = new LogPages(log);
  }

  /** @throws InvalidBusOptionsError what a power cut takes back here, others would have applied */
  onModuleInit(): void {
    if (this.log.durability !== 'process-crash') return;
    throw new InvalidBusOptionsError(
      'store',
      `The log has durability 'process-crash': a power cut could take back commits that others have read here. Open it with 'power-cut'.`,
    );
  }

  /** Whoever waits is answered, so that the server can drain. */
  beforeApplicationShutdown(): void {
    this.#shutdown.abort();
  }

  @Get('head')
  @Header(...JSON_TEXT)
  head(
    @Query() { after, wait }: Readonly<Record<string, unknown>>,
    @Res({ passthrough: true }) response: Answering,
  ): Promise<string> {
    return answered(async () => {
      const position = number('after', after, 0);
      const longest = Math.min(number('wait', wait, 0) ?? 0, LONGEST_WAIT);
      if (position !== undefined && longest > 0) await this.waitFor(position, longest, response);
      return this.#pages.head();
    });
  }

  @Get('commits')
  @Header(...JSON_TEXT)
  commits(@Query() { after, limit, filter }: Readonly<Record<string, unknown>>): Promise<string> {
    return answered(() => {
      const batchSize = number('limit', limit, 1, MAX_BATCH_SIZE);
      const options = { ...filterOf(filter), ...(batchSize !== undefined && { batchSize }) };
      return this.#pages.commits(number('after', after, 0) ?? 0, options);
    });
  }

  @Get('commits/:position')
  @Header(...JSON_TEXT)
  commitAt(@Param('position') position: string): Promise<string> {
    return answered(() => this.#pages.commitAt(number('position', position, 0) ?? 0));
  }

  @Get('stream')
  @Header(...JSON_TEXT)
  stream(@Query() { name, from, limit, direction }: Readonly<Record<string, unknown>>): Promise<string> {
    return answered(() => {
      if (typeof name !== 'string') throw new BadRequestException('Give the stream as name.');
      const [first, most] = [number('from', from, 1), number('limit', limit, 1)];
      return this.#pages.stream(name, {
        direction: direction === 'backward' ? 'backward' : 'forward',
        ...(first !== undefined && { from: first }),
        ...(most !== undefined && { limit: most }),
      });
    });
  }

  private async waitFor(after: number, milliseconds: number, response: Answering): Promise<void> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    const raw = response.raw ?? (response as unknown as ServerResponse);
    raw.once('close', leave);
    const timer = setTimeout(leave, milliseconds);
    try {
      await this.log.waitForCommit(after, AbortSignal.any([gone.signal, this.#shutdown.signal]));
    } finally {
      clearTimeout(timer);
      raw.off('close', leave);
    }
    if (!this.#shutdown.signal.aborted) return;
    // On a connection that stays open the next wait would come at once, and the server would never drain.
    response.header('connection', 'close');
    throw new ServiceUnavailableException('The service is shutting down.');
  }
}

/** What the log itself refuses is the caller's mistake. */
async function answered(answer: () => Promise<string>): Promise<string> {
  try {
    return await answer();
  } catch (error) {
    if (isEventStoreError(error, 'invalid-argument')) throw new BadRequestException(error.message);
    throw error;
  }
}

function number(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined) return undefined;
  const given = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(given) && given >= least && given <= most) return given;
  throw new BadRequestException(`"${name}" is no whole number from ${least} to ${most}.`);
}

function filterOf(filter: unknown): Pick<ReadAllOptions, 'categories' | 'types'> {
  if (filter === undefined) return {};
  const { categories, types } = parsed(filter);
  return {
    ...(categories !== undefined && { categories: texts('categories', categories) }),
    ...(types !== undefined && { types: texts('types', types) }),
  };
}

function parsed(filter: unknown): { readonly categories?: unknown; readonly types?: unknown } {
  try {
    if (typeof filter === 'string' && filter.length <= LONGEST_FILTER) {
      const value: unknown = JSON.parse(filter);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    }
  } catch {
    // Told below like any other filter that is none.
  }
  throw new BadRequestException('"filter" is no JSON of categories and types.');
}

function texts(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
  throw new BadRequestException(`"${name}" is no list of texts.`);
}
