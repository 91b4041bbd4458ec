import {
  Body,
  Catch,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Inject,
  Module,
  Param,
  Post,
  Scope,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import {
  Command,
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventsHandler,
  Saga,
  type ICommandHandler,
  type IEventHandler,
} from '@nestjs/cqrs';
import {
  currentContext,
  type AggregateRepository,
  type EventStore,
  type VarveContext,
} from '@varve/eventstore';
import {
  ContextModule,
  EventStoreModule,
  InjectAggregateRepository,
  InjectEventStore,
  type ContextOptions,
  type ContextRequest,
} from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { filter, map, type Observable } from 'rxjs';
import { Order, OrderPaid, OrderPlaced, PayOrder, SalesModule } from './shop.js';

type RequestOfUser = ContextRequest & { user?: string };

/** Finds the user, as a guard for tokens would, and refuses whom it does not know. */
class UserGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const request = execution.switchToHttp().getRequest<RequestOfUser>();
    witness('guard');
    request.user = String(request.headers['x-user'] ?? 'nobody');
    if (request.user === 'mallory') throw new ForbiddenException();
    return true;
  }
}

@Catch()
class CorrelationFilter implements ExceptionFilter {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const body = { status, correlationId: currentContext()?.correlationId };
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), body, status);
  }
}

export class PlaceOrder extends Command<void> {
  constructor(
    readonly id: string,
    readonly cents: number,
  ) {
    super();
  }
}

/** Made anew for each command, as one that holds a tenant's connection would be. */
@CommandHandler(PlaceOrder, { scope: Scope.REQUEST })
class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  static made = 0;
  readonly tenant = currentContext()?.['tenant'];

  constructor(@InjectAggregateRepository(Order) private readonly orders: AggregateRepository<Order>) {
    PlaceOrderHandler.made++;
  }

  async execute({ id, cents }: PlaceOrder): Promise<void> {
    witness('scoped handler', { ...currentContext(), tenantAtConstruction: this.tenant } as VarveContext);
    const order = this.orders.create(id);
    order.place(cents);
    await this.orders.save(order);
  }
}

@EventsHandler(OrderPaid)
class PaidListener implements IEventHandler<OrderPaid> {
  async handle(): Promise<void> {
    await Promise.resolve();
    witness('event handler');
  }
}

class PaysAtOnce {
  @Saga()
  readonly pay = (events: Observable<unknown>): Observable<PayOrder> =>
    events.pipe(
      filter((event) => event instanceof OrderPlaced),
      map((event) => new PayOrder(event.orderId, event.cents)),
    );
}

@Controller('orders')
@UseGuards(UserGuard)
class OrdersController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @InjectEventStore() private readonly store: EventStore,
  ) {}

  @Post(':id')
  async place(@Param('id') id: string, @Body() body: { cents: number }): Promise<void> {
    await this.commands.execute(new PlaceOrder(id, body.cents));
  }

  @Get(':id/metadata')
  async metadata(@Param('id') id: string): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const event of this.store.readStream(`order-${id}`)) found.push(event.metadata);
    return found;
  }
}

/** What each place has seen, by correlation id. */
export const witnessed = new Map<string, Record<string, VarveContext>>();

/** The correlation ids of requests whose head has come in. */
export const arrived = new Set<unknown>();

function witness(place: string, context = currentContext()): void {
  const key = context?.correlationId ?? 'none';
  witnessed.set(key, { ...witnessed.get(key), ...(context && { [place]: context }) });
}

const contextOptions: ContextOptions = {
  actor: (request: RequestOfUser) => request.user,
  values: (request) => {
    arrived.add(request.headers['x-correlation-id']);
    return { tenant: request.headers['x-tenant']?.toString() };
  },
};

export function contextApp(options = contextOptions): DynamicModule {
  return {
    module: ContextApp,
    imports: [
      CqrsModule.forRoot(),
      EventStoreModule.forRoot({ store: () => new InMemoryEventStore() }),
      ContextModule.forRoot(options),
      SalesModule,
      EventStoreModule.forFeature([Order]),
    ],
    controllers: [OrdersController],
    providers: [
      PlaceOrderHandler,
      PaidListener,
      PaysAtOnce,
      { provide: APP_FILTER, useClass: CorrelationFilter },
    ],
  };
}

@Module({})
class ContextApp {}
