import {
  Module,
  RequestMethod,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { assertOptions, CONTEXT_OPTIONS, type ContextOptions } from './context-options.js';
import { ContextInterceptor } from './context.interceptor.js';
import { ContextMiddleware } from './context.middleware.js';

/** Gives every request and message of the app a context. Global: its middleware runs before that of other modules. */
@Module({})
export class ContextModule implements NestModule {
  /** @throws InvalidOptionsError at once, with the option's name */
  static forRoot(options: ContextOptions = {}): DynamicModule {
    assertOptions(options);
    return {
      module: ContextModule,
      global: true,
      providers: [
        { provide: CONTEXT_OPTIONS, useValue: options },
        ContextInterceptor,
        { provide: APP_INTERCEPTOR, useExisting: ContextInterceptor },
      ],
      exports: [CONTEXT_OPTIONS, ContextInterceptor],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(ContextMiddleware).forRoutes({ path: '{*path}', method: RequestMethod.ALL });
  }
}
