/** The query endpoint that every projection has: `GET /<name>`. */
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProjection } from './projection.docs.js';
import { Projection } from '../projection.js';
import { tokenOf } from '../projection-token.js';
import { answered, type QueryRequest } from './query.js';

export function projectionController(name: string): Type {
  @Controller(name)
  class ProjectionController {
    #written: { readonly version: string; readonly body: string } | undefined;

    constructor(@Inject(tokenOf(name)) private readonly projection: Projection) {}

    @Get()
    @ApiProjection(name)
    get(
      @Req() request: FastifyRequest & QueryRequest,
      @Res() reply: FastifyReply,
    ): Promise<void> | undefined {
      void reply.type('application/json; charset=utf-8');
      return answered(this.projection, request, reply, () => this.#body());
    }

    /** Written once for each version, however often it is asked for. */
    #body(): string {
      const { position, version } = this.projection;
      if (this.#written?.version !== version) {
        this.#written = { version, body: JSON.stringify({ ...this.projection.view(), position }) };
      }
      return this.#written.body;
    }
  }
  return ProjectionController;
}
