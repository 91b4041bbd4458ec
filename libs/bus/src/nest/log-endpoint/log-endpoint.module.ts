import { Module, type DynamicModule } from '@nestjs/common';
import { logEndpointController } from './log-endpoint.controller.js';
import { logEndpointSettings, type LogEndpointOptions } from './log-endpoint-options.js';

/**
 * Lets other services read this one's log over HTTP, on Express and on Fastify: a projector elsewhere walks it and fills gaps with
 * `HttpLogReader`, without access to its database.
 */
@Module({})
export class LogEndpointModule {
  /** @throws InvalidBusOptionsError at once, unless a token or a guard is given, or the log is said to be public */
  static forRoot(options: LogEndpointOptions): DynamicModule {
    const settings = logEndpointSettings(options);
    return { module: LogEndpointModule, controllers: [logEndpointController(settings)] };
  }
}
