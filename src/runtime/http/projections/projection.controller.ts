/** The query endpoint that every projection has: `GET /<name>`. */
import { Controller, Get, Inject, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProjection } from './projection.docs.js';
import { Projection } from '../../projection/projection.js';
import { tokenOf } from '../../projection/inject-projection.js';
import { answered, type QueryRequest, type Shown } from './query.js';

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
      return answered(this.projection, request, reply, (shown) => this.#body(shown));
    }

    /** That of now is written once for each version, however often it is asked for. */
    #body({ position, state }: Shown<unknown>): string {
      const { definition, version } = this.projection;
      if (state !== this.projection.state)
        return JSON.stringify({ ...definition.view(state, position), position });
      if (this.#written?.version !== version) {
        this.#written = { version, body: JSON.stringify({ ...this.projection.view(), position }) };
      }
      return this.#written.body;
    }
  }
  return ProjectionController;
}
