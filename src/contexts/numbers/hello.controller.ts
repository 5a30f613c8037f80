/** The hello-world protocol: push an event, see the log as an array of numbers. */
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FORM_TYPE, JSON_TYPE, requireMediaType } from '../../runtime/http/kernel/bodies.js';
import { onlyKnown, type QueryString } from '../../runtime/http/kernel/parameters.js';
import { commitOptions } from '../../runtime/http/events/idempotency.js';
import type { Position } from '../../runtime/event-log/event.js';
import { readField } from './number-body.js';
import { ApiLog, ApiPush } from './numbers.docs.js';
import { NumbersService } from './numbers.service.js';

/** More values than this are not shown; `/events` has them all. */
const NEWEST = 1000;

type HelloRequest = FastifyRequest & { readonly query: QueryString };

@Controller()
export class HelloController {
  constructor(private readonly numbers: NumbersService) {}

  @Post('push')
  @ApiPush()
  async push(@Req() request: HelloRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    requireMediaType(request, [FORM_TYPE, JSON_TYPE]);
    const value = readField(request.body, 'event');
    const { last } = await this.numbers.record([value], commitOptions(request.headers, { push: value }));
    void reply.status(201).header('location', `/numbers/${last}`);
    await this.#answer(reply, last);
  }

  @Get('log')
  @ApiLog()
  async log(@Req() request: HelloRequest, @Res() reply: FastifyReply): Promise<void> {
    onlyKnown(request.query, []);
    await this.#answer(reply.header('cache-control', 'no-cache'), await this.numbers.head());
  }

  /** The array ends with what stands at `through`, whoever else pushed meanwhile. */
  async #answer(reply: FastifyReply, through: Position): Promise<void> {
    const values = await this.numbers.newest(through, NEWEST);
    void reply.header('leftfold-position', String(through)).send(values.map(asJson));
  }
}

/** A JSON number where it is exact, a string where it would not be. */
function asJson(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
