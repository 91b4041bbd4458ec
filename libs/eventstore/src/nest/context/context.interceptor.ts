import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Observable } from 'rxjs';
import { currentContext, runWithContext, type VarveContext } from '../../context/context.js';
import { CONTEXT_OPTIONS, type ContextOptions, type ContextRequest } from './context-options.js';
import { contextOfMessage, contextOfRequest, valuesOf } from './request-context.js';

/**
 * Runs the handlers of microservice and WebSocket messages in a context, and adds to an HTTP request's what the guards have found out.
 * Guards of messages run before any interceptor and do not see it.
 */
@Injectable()
export class ContextInterceptor implements NestInterceptor {
  readonly #options: ContextOptions;

  constructor(@Optional() @Inject(CONTEXT_OPTIONS) options?: ContextOptions) {
    this.#options = options ?? {};
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context = this.#contextOf(execution);
    if (!context) return next.handle();
    // `handle()` binds the handler to the context that it is called in.
    return new Observable((subscriber) => runWithContext(context, () => next.handle().subscribe(subscriber)));
  }

  #contextOf(execution: ExecutionContext): VarveContext | undefined {
    const current = currentContext();
    switch (execution.getType()) {
      case 'http': {
        const request = execution.switchToHttp().getRequest<ContextRequest>();
        if (!current) return contextOfRequest(request, this.#options);
        return { ...current, ...valuesOf(request, this.#options) };
      }
      case 'rpc':
      case 'ws':
        return contextOfMessage({ ...current, ...this.#options.message?.(execution) }, this.#options);
      default:
        return current;
    }
  }
}
