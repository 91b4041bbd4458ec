import { ConsoleLogger } from '@nestjs/common';

/** The contexts in which Nest logs what keeps an app from starting, or from listening, before it throws it. */
const OF_NEST: ReadonlySet<unknown> = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's own, without the stack of what keeps an app from starting: whoever started it says why, once, and in a sentence where there is one. */
export class AppLogger extends ConsoleLogger {
  override error(message: unknown, ...rest: unknown[]): void {
    if (!OF_NEST.has(rest.at(-1))) super.error(message, ...rest);
  }
}
