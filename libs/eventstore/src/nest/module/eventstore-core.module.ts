import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { assertNoDuplicateHandlers } from './duplicate-handlers.js';
import { EventStoreHealthIndicator } from './eventstore.health.js';

/** What an app has once, however many stores it has. */
@Module({
  imports: [DiscoveryModule],
  providers: [EventStoreHealthIndicator],
  exports: [DiscoveryModule, EventStoreHealthIndicator],
})
export class EventStoreCoreModule implements OnModuleInit {
  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    assertNoDuplicateHandlers(this.discovery.getProviders());
  }
}
