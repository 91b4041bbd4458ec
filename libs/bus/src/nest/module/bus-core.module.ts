import { Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { subscriberOptionsOf } from '../subscriber/subscriber.decorator.js';
import { BusHealthIndicator } from './bus.health.js';
import { busDeclarationsOf, busNameOf, declaredSubscribers } from './declarations.js';

/** What an app has once, however many buses it has, or none. */
@Module({
  imports: [DiscoveryModule],
  providers: [BusHealthIndicator],
  exports: [DiscoveryModule, BusHealthIndicator],
})
export class BusCoreModule implements OnModuleInit {
  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  /** What is wrong with the declarations is said before anything begins. */
  onModuleInit(): void {
    const names = busDeclarationsOf(this.discovery).map(({ busName }) => busName);
    assertNamedApart(names);
    this.#assertAllDeclared();
    this.#assertAllHaveTheirBus(names);
  }

  /** A decorated class among a module's own providers looks as if it would run. */
  #assertAllDeclared(): void {
    const declared = new Set<unknown>(declaredSubscribers(this.discovery));
    const forgotten = this.discovery
      .getProviders()
      .find(
        ({ metatype }) =>
          typeof metatype === 'function' && subscriberOptionsOf(metatype) && !declared.has(metatype),
      );
    if (!forgotten) return;
    throw new InvalidBusOptionsError(
      'forFeature',
      `${forgotten.name} is among the providers of a module, but nothing would run it. Give it to BusModule.forFeature instead.`,
    );
  }

  #assertAllHaveTheirBus(names: readonly string[]): void {
    const subscribers = declaredSubscribers(this.discovery);
    const lost = subscribers.filter((subscriber) => !names.includes(busNameOf(subscriber)));
    const [first] = lost;
    if (!first) return;
    if (names.length > 0) {
      throw new InvalidBusOptionsError(
        'bus',
        `${first.name} subscribes to the bus "${busNameOf(first)}", which is not set up. Set up are: ${names.join(', ')}.`,
      );
    }
    const classes = lost.map(({ name }) => name).join(', ');
    new Logger('BusModule').warn(
      `There is no bus: nothing comes to ${classes}. Everything else works without it.`,
    );
  }
}

function assertNamedApart(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new InvalidBusOptionsError(
    'name',
    `BusModule was set up twice with the name "${twice}". Set it up once, or name the buses apart.`,
  );
}
