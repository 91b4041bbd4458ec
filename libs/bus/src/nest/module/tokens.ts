import { Inject } from '@nestjs/common';

export const DEFAULT_BUS = 'default';

/** What stands for the bus in Nest: `overrideProvider(getMessageBusToken())` replaces it before a driver is loaded. */
export function getMessageBusToken(name: string = DEFAULT_BUS): symbol {
  return Symbol.for(`@varve/message-bus:${name}`);
}

/** What the module runs on the bus of this name; there also where the app has no bus. */
export function getBusHostToken(name: string = DEFAULT_BUS): symbol {
  return Symbol.for(`@varve/bus-host:${name}`);
}

/** `undefined` is injected where the app was configured without a bus. */
export function InjectMessageBus(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getMessageBusToken(name));
}
