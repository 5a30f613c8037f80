/** The hello-world protocol: push an event, see the log as an array of numbers. */
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Position } from '../../runtime/index.js';
import {
  FORM_TYPE,
  JSON_TYPE,
  Links,
  commitOptions,
  queryOf,
  readBody,
  refuseUnknownParameters,
  sendJson,
  type Headers,
  type HttpRequest,
  type HttpResponse,
} from '../../runtime/http/index.js';
import { readField } from './number-body.js';
import { ApiLog, ApiPush } from './numbers.docs.js';
import { NumbersService } from './numbers.service.js';

/** More values than this are not shown; `/events` has them all. */
const MAX_SHOWN = 1000;

@Controller()
export class HelloController {
  constructor(
    private readonly numbers: NumbersService,
    private readonly links: Links,
  ) {}

  @Post('push')
  @ApiPush()
  async push(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const value = readField(await readBody(request, [FORM_TYPE, JSON_TYPE]), 'event');
    const { last } = await this.numbers.record([value], commitOptions(request.headers, { push: value }));
    await this.#answer(response, 201, { location: this.links.app(`/numbers/${last}`) }, last);
  }

  @Get('log')
  @ApiLog()
  async log(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    await this.#answer(response, 200, { 'cache-control': 'no-cache' }, await this.numbers.head());
  }

  /** The array ends with the value at `through`, even when others have pushed since. */
  async #answer(response: HttpResponse, status: number, headers: Headers, through: Position): Promise<void> {
    const values = await this.numbers.newest(through, MAX_SHOWN);
    sendJson(response, status, { 'leftfold-position': String(through), ...headers }, values.map(asJson));
  }
}

/** A JSON number where it is exact, a string where it would not be. */
function asJson(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
