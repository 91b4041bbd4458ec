import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Controller, Module, type ExecutionContext } from '@nestjs/common';
import {
  ClientProxyFactory,
  MessagePattern,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { currentContext, runWithContext } from '@varve/eventstore';
import { ContextModule, type ContextValues } from '@varve/eventstore/nest';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';

interface Message {
  readonly correlationId?: string;
  readonly tenant: string;
}

@Controller()
class MessagesController {
  @MessagePattern('context')
  async context(@Payload() _message: Message): Promise<unknown> {
    await Promise.resolve();
    return currentContext();
  }
}

@WebSocketGateway()
class MessagesGateway {
  @SubscribeMessage('context')
  async context(@MessageBody() _message: Message): Promise<unknown> {
    await Promise.resolve();
    return { event: 'context', data: currentContext() };
  }
}

const context = ContextModule.forRoot({
  newCorrelationId: () => 'made',
  message: (execution: ExecutionContext): ContextValues => {
    const isSocket = execution.getType() === 'ws';
    const message = isSocket ? execution.switchToWs().getData() : execution.switchToRpc().getData();
    return { correlationId: message.correlationId, tenant: message.tenant };
  },
});

@Module({ imports: [context], controllers: [MessagesController] })
class MicroserviceModule {}

@Module({ imports: [context], providers: [MessagesGateway] })
class GatewayModule {}

test('a microservice’s handler runs in the context that the message brings, or in a new one', async () => {
  const testing = await Test.createTestingModule({ imports: [MicroserviceModule] }).compile();
  const listening = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
  const app = testing.createNestMicroservice<MicroserviceOptions>(listening);
  await app.listen();
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  const client = ClientProxyFactory.create({ ...listening, options: { host: '127.0.0.1', port } });
  const ask = (message: Message) => firstValueFrom(client.send<unknown>('context', message));

  expect(await ask({ correlationId: 'c', tenant: 'north' })).toEqual({ correlationId: 'c', tenant: 'north' });
  expect(await ask({ tenant: 'south' })).toEqual({ correlationId: 'made', tenant: 'south' });
  await client.close();
  await app.close();
});

test('a WebSocket gateway’s handler runs in the context that the message brings, or in a new one', async () => {
  const testing = await Test.createTestingModule({ imports: [GatewayModule] }).compile();
  const app = testing.createNestApplication();
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  const socket = new WebSocket((await app.getUrl()).replace('http', 'ws'));
  await once(socket, 'open');
  const ask = async (data: Message) => {
    const answer = once(socket, 'message');
    socket.send(JSON.stringify({ event: 'context', data }));
    const [{ data: text }] = (await answer) as [{ data: string }];
    return JSON.parse(text).data;
  };

  expect(await ask({ correlationId: 'c', tenant: 'north' })).toEqual({ correlationId: 'c', tenant: 'north' });
  expect(await ask({ tenant: 'south' })).toEqual({ correlationId: 'made', tenant: 'south' });
  socket.close();
  await once(socket, 'close');
  await app.close();
});

test('a context set by hand holds for what is started in it', async () => {
  const seen = await runWithContext({ correlationId: 'job-7', actor: 'night shift' }, async () => {
    await Promise.resolve();
    return currentContext();
  });
  expect(seen).toEqual({ correlationId: 'job-7', actor: 'night shift' });
  expect(currentContext()).toBeUndefined();
});
