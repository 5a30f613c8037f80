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
  @ApiResponse({
    status: 200,
    description: 'All of them do; degraded when an audit found one of them to drift',
  })
  @ApiResponse({ status: 503, description: 'One recovers or has stopped; projections tells which' })
  ready(@Res() reply: FastifyReply): void {
    const projections = this.host.projections.map((projection) => {
      const { name, status, position, fault, drift } = projection;
      const trouble = {
        ...(fault !== undefined && { faultAt: fault.position }),
        ...(drift !== undefined && { drift }),
      };
      return [name, { status, position, ...trouble }] as const;
    });
    const ready = !this.host.isEnding && projections.every(([, { status }]) => status === 'following');
    // It follows the log, so it is ready; that it cannot be believed is for people to look into.
    const degraded = this.host.projections.some(({ drift }) => drift !== undefined);
    void reply
      .status(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({
        status: !ready ? 'not ready' : degraded ? 'degraded' : 'ready',
        projections: Object.fromEntries(projections),
      });
  }
}
