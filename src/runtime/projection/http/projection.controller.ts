/** The query endpoint that every projection has: `GET /<name>`. */
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProjection } from './projection.docs.js';
import { Projection } from '../projection.js';
import { ProjectionHost } from '../projection-host.js';
import { tokenOf } from '../projection-token.js';
import { answered, type QueryRequest } from './query.js';

export function projectionController(name: string): Type {
  @Controller(name)
  class ProjectionController {
    constructor(
      @Inject(tokenOf(name)) private readonly projection: Projection,
      private readonly host: ProjectionHost,
    ) {}

    @Get()
    @ApiProjection(name)
    get(@Req() request: FastifyRequest & QueryRequest, @Res() reply: FastifyReply): Promise<void> {
      return answered(this.projection, this.host.ending, request, reply, () => ({
        ...this.projection.view(),
        position: this.projection.position,
      }));
    }
  }
  return ProjectionController;
}
