import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import { EventStoreHealthIndicator } from '@varve/eventstore/nest';
import { BusInTime } from './bus-in-time.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly log: EventStoreHealthIndicator,
    private readonly bus: BusInTime,
  ) {}

  /** Without its broker the shop takes orders all the same: an outage of the transport must not take it out of the load balancer. */
  @Get()
  @ApiOperation({ summary: '200 when orders can be stored, 503 when not; `details` also tells of the bus' })
  async check(): Promise<HealthCheckResult> {
    const [result, bus] = await Promise.all([
      this.health.check([() => this.log.check('log')]),
      this.bus.check('bus'),
    ]);
    return { ...result, details: { ...result.details, ...bus } };
  }

  @Get('bus')
  @ApiOperation({ summary: '503 when stored orders do not come to the bus' })
  checkBus(): Promise<HealthCheckResult> {
    return this.health.check([() => this.bus.check('bus')]);
  }
}
