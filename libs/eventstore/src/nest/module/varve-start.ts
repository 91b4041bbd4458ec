import { Module, type DynamicModule, type Type } from '@nestjs/common';

/**
 * Whether the app starts what runs by itself (processors, relays, subscriptions). Whoever starts something injects it with `@Optional()`
 * and starts unless it is `false`.
 */
export const VARVE_START = Symbol.for('@varve/start');

/** Says once, for the whole app, whether processors, relays and subscriptions start by themselves. An app without it starts them. */
@Module({})
export class VarveStartModule {
  /** Import it at the root: it is global. */
  static forRoot(options: { readonly start: boolean }): DynamicModule {
    return {
      module: VarveStartModule,
      global: true,
      providers: [{ provide: VARVE_START, useValue: options.start }],
      exports: [VARVE_START],
    };
  }
}

@Module({})
class RootWithoutStart {}

/** The app's own root module, to be booted by a command line or a test: everything can be resolved, nothing runs by itself. */
export function withoutStart(root: Type<unknown> | DynamicModule): DynamicModule {
  return { module: RootWithoutStart, imports: [VarveStartModule.forRoot({ start: false }), root] };
}
