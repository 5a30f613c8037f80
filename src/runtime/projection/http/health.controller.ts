/** Whether the process lives, and whether its projections are ready to answer. */
import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProjectionHost } from '../projection-host.js';

@Controller('health')
@ApiTags('health')
export class HealthController {
  constructor(private readonly host: ProjectionHost) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers at all' })
  @ApiResponse({ status: 200, description: 'It does' })
  live(@Res() reply: FastifyReply): void {
    void reply.header('cache-control', 'no-store').send({ status: 'live' });
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether every projection follows the log' })
  @ApiResponse({ status: 200, description: 'All of them do' })
  @ApiResponse({ status: 503, description: 'One recovers or has stopped; projections tells which' })
  ready(@Res() reply: FastifyReply): void {
    const projections = this.host.projections.map((projection) => {
      const { name, status, position, fault } = projection;
      return [name, { status, position, ...(fault !== undefined && { faultAt: fault.position }) }] as const;
    });
    const ready = !this.host.isEnding && projections.every(([, { status }]) => status === 'following');
    void reply
      .status(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', projections: Object.fromEntries(projections) });
  }
}
