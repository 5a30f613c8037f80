/** The query endpoint that every projection has: `GET /<name>`. */
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Position } from '../../event-log/event.js';
import { ApiProjection } from './projection.docs.js';
import { Projection } from '../projection.js';
import { tokenOf } from '../projection-token.js';
import { answered, type QueryRequest, type Shown } from './query.js';

export function projectionController(name: string): Type {
  @Controller(name)
  class ProjectionController {
    #written: { readonly position: Position; readonly body: string } | undefined;

    constructor(@Inject(tokenOf(name)) private readonly projection: Projection) {}

    @Get()
    @ApiProjection(name)
    get(
      @Req() request: FastifyRequest & QueryRequest,
      @Res() reply: FastifyReply,
    ): Promise<void> | undefined {
      void reply.type('application/json; charset=utf-8');
      return answered(this.projection, request, reply, (shown) => this.#body(shown));
    }

    /** That of now is written once for each position, however often it is asked for. */
    #body({ position, state }: Shown<unknown>): string {
      const { definition } = this.projection;
      if (state !== this.projection.state)
        return JSON.stringify({ ...definition.view(state, position), position });
      if (this.#written?.position !== position) {
        this.#written = { position, body: JSON.stringify({ ...this.projection.view(), position }) };
      }
      return this.#written.body;
    }
  }
  return ProjectionController;
}
