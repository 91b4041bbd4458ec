// Starts an app on a bus, closes it and says so; nothing may keep the process then: close.child.ts FOLDER memory|kafka
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { BusHealthIndicator, BusModule, OnMessage, Subscriber } from '@varve/bus/nest';
import { EventStoreModule } from '@varve/eventstore/nest';
import { say } from '../../../../test/support/say.ts';

const [folder = '', bus = 'memory', port = '1'] = process.argv.slice(2);

class Audit {
  any(): void {}
}
Subscriber({ group: 'audit', topics: ['order'] })(Audit);
const any = Object.getOwnPropertyDescriptor(Audit.prototype, 'any') as TypedPropertyDescriptor<() => unknown>;
OnMessage()(Audit.prototype, 'any', any);

class AppModule {}

const kafka = { brokers: [`127.0.0.1:${port}`], connectTimeout: 500 };
const imports = [
  EventStoreModule.forRoot({ sqlite: { file: join(folder, 'log.db') } }),
  BusModule.forRoot({ ...(bus === 'kafka' ? { kafka } : { memory: {} }), publication: {} }),
  BusModule.forFeature([Audit]),
];
const app = await NestFactory.createApplicationContext({ module: AppModule, imports }, { logger: false });
say({ started: true });
process.stdin.once('data', () => {
  void (async () => {
    say({ health: await app.get(BusHealthIndicator).check('bus') });
    await app.close();
    process.stdin.destroy();
    say({ closed: true });
  })();
});
