import type { INestApplicationContext } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { BusHost } from './bus-host.js';
import { busDeclarationsOf } from './declarations.js';
import { getBusHostToken } from './tokens.js';

/** Everything that the app runs on buses, for command lines and other tools. */
export function busHostsOf(app: INestApplicationContext): readonly BusHost[] {
  const discovery = app.get(DiscoveryService, { strict: false });
  return busDeclarationsOf(discovery).map(({ busName }) =>
    app.get<BusHost>(getBusHostToken(busName), { strict: false }),
  );
}
