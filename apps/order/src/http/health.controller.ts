import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import { EventStoreHealthIndicator } from '@varve/eventstore/nest';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly log: EventStoreHealthIndicator,
  ) {}

  @Get()
  @ApiOperation({ summary: '200 when orders can be stored, 503 when not' })
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.log.check('log')]);
  }
}
