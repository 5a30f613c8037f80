/** Numbers over HTTP: record one or many, look at one, retract one. */
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import {
  FORM_TYPE,
  JSON_TYPE,
  JSON_UTF_8,
  Links,
  NDJSON_TYPE,
  commitOptions,
  linkToCommit,
  queryOf,
  readBody,
  refuseUnknownParameters,
  send,
  sendJson,
  type HttpRequest,
  type HttpResponse,
} from '../../runtime/http/index.js';
import { readNumbers, readReason } from './number-body.js';
import { ApiNumber, ApiRecord, ApiRetract } from './numbers.docs.js';
import { NumbersService, positionOf } from './numbers.service.js';

@Controller('numbers')
export class NumbersController {
  constructor(
    private readonly numbers: NumbersService,
    private readonly links: Links,
  ) {}

  @Post()
  @ApiRecord()
  async record(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const body = readNumbers(await readBody(request, [JSON_TYPE, NDJSON_TYPE, FORM_TYPE]));
    const values = body.many ? body.values : [body.value];
    const { first, last } = await this.numbers.record(
      values,
      commitOptions(request.headers, { record: body }),
    );
    const location = body.many ? linkToCommit(this.links, first, last) : this.links.app(`/numbers/${first}`);
    send(
      response,
      201,
      { location, 'leftfold-position': String(last), 'content-type': JSON_UTF_8 },
      // Written by hand: integers and a canonical decimal need no escaping.
      body.many ? `{"first":${first},"last":${last}}` : `{"position":${first},"value":"${body.value}"}`,
    );
  }

  @Get(':position')
  @ApiNumber()
  async find(
    @Param('position') text: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const position = positionOf(text);
    const { number, state, retraction, canBeRetracted, readAt } = await this.numbers.find(position);
    const headers = { 'leftfold-position': String(readAt), 'cache-control': 'no-cache' };
    const href = this.links.app(`/numbers/${position}/retraction`);
    sendJson(response, 200, headers, {
      position,
      ...number,
      state,
      ...(retraction !== undefined && { retraction }),
      commands: canBeRetracted ? { retract: { method: 'POST', href } } : {},
    });
  }

  @Post(':position/retraction')
  @ApiRetract()
  async retract(
    @Param('position') text: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const body = await readBody(request, [JSON_TYPE, FORM_TYPE]);
    const number = positionOf(text);
    const reason = readReason(body);
    const { last } = await this.numbers.retract(
      number,
      reason,
      commitOptions(request.headers, { retract: number, reason }),
    );
    const headers = {
      location: this.links.app(`/numbers/${number}`),
      'leftfold-position': String(last),
    };
    sendJson(response, 201, headers, { position: last, number, reason });
  }
}
