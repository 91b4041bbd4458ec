import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { CommandHandler, QueryHandler } from '@nestjs/cqrs';
import { EventStoreError } from '../../log/errors.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * @throws EventStoreError `duplicate-handler`: two providers handle one command or query. The bus would take the last one that it meets and
 * drop the other with a warning.
 */
export function assertNoDuplicateHandlers(providers: readonly Wrapper[]): void {
  for (const kind of kindsOfHandlers) {
    const handlers = new Map<Type, Wrapper>();
    for (const provider of providers) {
      const handled = handledBy(provider, kind.metadataKey);
      if (!handled) continue;
      const other = handlers.get(handled);
      if (other && !sameInstance(other, provider)) throw duplicate(kind.name, handled, [other, provider]);
      handlers.set(handled, provider);
    }
  }
}

const kindsOfHandlers = [
  { name: 'command', metadataKey: metadataKeyOf(CommandHandler) },
  { name: 'query', metadataKey: metadataKeyOf(QueryHandler) },
];

/** The bus does not export the key under which its decorators leave the handled class, so it is read off a class decorated here. */
function metadataKeyOf(decorator: (handled: Type) => (handler: Type) => void): unknown {
  const [Handled, Handler] = [function () {}, function () {}] as unknown as [Type, Type];
  decorator(Handled)(Handler);
  return Reflect.getMetadataKeys(Handler).find(
    (key: unknown) => Reflect.getMetadata(key, Handler) === Handled,
  );
}

function handledBy(provider: Wrapper, metadataKey: unknown): Type | undefined {
  const handler = classOf(provider);
  return handler ? (Reflect.getMetadata(metadataKey, handler) as Type | undefined) : undefined;
}

function classOf(provider: Wrapper): Type | undefined {
  const instance = provider.instance as object | null | undefined;
  return (instance?.constructor ?? provider.metatype ?? undefined) as Type | undefined;
}

/** An alias of a provider (`useExisting`) is the same handler again. */
function sameInstance(one: Wrapper, other: Wrapper): boolean {
  return one.instance !== undefined && one.instance !== null && one.instance === other.instance;
}

function duplicate(kind: string, handled: Type, providers: readonly [Wrapper, Wrapper]): EventStoreError {
  const [one, other] = providers.map((provider) => `${classOf(provider)?.name} (${provider.host?.name})`);
  return new EventStoreError(
    'duplicate-handler',
    `The ${kind} ${handled.name} has two handlers: ${one} and ${other}. The bus would use only one of them. Remove the other from its module's providers.`,
  );
}
