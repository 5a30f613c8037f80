/** Numbers over HTTP: record one or many, look at one, retract one. */
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FORM_TYPE, JSON_TYPE, NDJSON_TYPE, requireMediaType } from '../../runtime/http/kernel/bodies.js';
import { onlyKnown, type QueryString } from '../../runtime/http/kernel/parameters.js';
import { commitOptions } from '../../runtime/http/events/idempotency.js';
import { linkToCommit } from '../../runtime/http/events/events.controller.js';
import { readNumbers, readReason } from './number-body.js';
import { ApiNumber, ApiRecord, ApiRetract } from './numbers.docs.js';
import { NumbersService, positionOf } from './numbers.service.js';

type NumbersRequest = FastifyRequest & { readonly query: QueryString };

@Controller('numbers')
export class NumbersController {
  constructor(private readonly numbers: NumbersService) {}

  @Post()
  @ApiRecord()
  async record(@Req() request: NumbersRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [JSON_TYPE, NDJSON_TYPE, FORM_TYPE]);
    const body = readNumbers(request.body);
    const values = body.many ? body.values : [body.value];
    const { first, last } = await this.numbers.record(
      values,
      commitOptions(request.headers, { record: body }),
    );
    void reply
      .status(201)
      .header('location', body.many ? linkToCommit(first, last) : `/numbers/${first}`)
      .header('leftfold-position', String(last))
      // Written by hand: integers and a canonical decimal need no escaping.
      .type('application/json; charset=utf-8')
      .send(
        body.many ? `{"first":${first},"last":${last}}` : `{"position":${first},"value":"${body.value}"}`,
      );
  }

  @Get(':position')
  @ApiNumber()
  async find(
    @Param('position') text: string,
    @Req() request: NumbersRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    onlyKnown(request.query, []);
    const position = positionOf(text);
    const { number, state, retraction, canBeRetracted, readAt } = await this.numbers.find(position);
    void reply
      .header('leftfold-position', String(readAt))
      .header('cache-control', 'no-cache')
      .send({
        position,
        ...number,
        state,
        ...(retraction !== undefined && { retraction }),
        commands: canBeRetracted
          ? { retract: { method: 'POST', href: `/numbers/${position}/retraction` } }
          : {},
      });
  }

  @Post(':position/retraction')
  @ApiRetract()
  async retract(
    @Param('position') text: string,
    @Req() request: NumbersRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [JSON_TYPE, FORM_TYPE]);
    const number = positionOf(text);
    const reason = readReason(request.body);
    const { last } = await this.numbers.retract(
      number,
      reason,
      commitOptions(request.headers, { retract: number, reason }),
    );
    void reply
      .status(201)
      .header('location', `/numbers/${number}`)
      .header('leftfold-position', String(last))
      .send({ position: last, number, reason });
  }
}
