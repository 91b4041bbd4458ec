import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import { BusHealthIndicator } from '@varve/bus/nest';
import { EventStoreHealthIndicator } from '@varve/eventstore/nest';
import { healthInTime } from '@varve/http';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly log: EventStoreHealthIndicator,
    private readonly bus: BusHealthIndicator,
  ) {}

  /** Without its broker the shop takes orders all the same: an outage of the transport must not take it out of the load balancer. */
  @Get()
  @ApiOperation({ summary: '200 when orders can be stored, 503 when not; `details` also tells of the bus' })
  async check(): Promise<HealthCheckResult> {
    const [result, bus] = await Promise.all([
      this.health.check([() => this.log.check('log')]),
      healthInTime('bus', () => this.bus.check('bus')),
    ]);
    return { ...result, details: { ...result.details, ...bus } };
  }

  @Get('bus')
  @ApiOperation({ summary: '503 when stored orders do not come to the bus' })
  checkBus(): Promise<HealthCheckResult> {
    return this.health.check([() => this.bus.check('bus')]);
  }
}
