/** The hello-world protocol: push an event, see the log as an array of numbers. */
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import {
  FORM_TYPE,
  JSON_TYPE,
  JSON_UTF_8,
  Links,
  RequireScope,
  commitOptions,
  queryOf,
  readBody,
  refuseUnknownParameters,
  sendChunks,
  sendJson,
  wholeNumber,
  type HttpRequest,
  type HttpResponse,
} from '../../runtime/http/index.js';
import { asJson, readField } from './number-body.js';
import { ApiLog, ApiPush } from './hello.docs.js';
import { NumbersService } from './numbers.service.js';

/** How many values a push is answered with. */
const MAX_SHOWN = 1000;
/** More of the newest values are not collected for one answer; without a limit the log is streamed. */
const MAX_NEWEST = 10_000;

@Controller()
export class HelloController {
  constructor(
    private readonly numbers: NumbersService,
    private readonly links: Links,
  ) {}

  @Post('push')
  @RequireScope('command:number')
  @ApiPush()
  async push(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const value = readField(await readBody(request, [FORM_TYPE, JSON_TYPE]), 'event');
    const { last } = await this.numbers.record([value], commitOptions(request, { push: value }));
    // The array ends with this number, even when others have pushed since.
    const values = await this.numbers.newest(last, MAX_SHOWN);
    const headers = { 'leftfold-position': String(last), location: this.links.app(`/numbers/${last}`) };
    sendJson(response, 201, headers, values.map(asJson));
  }

  @Get('log')
  @RequireScope('events:read')
  @ApiLog(MAX_NEWEST)
  async log(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    const query = queryOf(request);
    refuseUnknownParameters(query, ['limit']);
    const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_NEWEST });
    const through = await this.numbers.head();
    const headers = { 'leftfold-position': String(through), 'cache-control': 'no-cache' };
    if (limit === undefined) {
      const all = this.numbers.all(through);
      await sendChunks(response, { 'content-type': JSON_UTF_8, ...headers }, jsonArray(all));
    } else sendJson(response, 200, headers, (await this.numbers.newest(through, limit)).map(asJson));
  }
}

/** A JSON array of the values, a page at a time. */
async function* jsonArray(pages: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let before = '[';
  for await (const values of pages) {
    if (values.length === 0) continue;
    yield before + JSON.stringify(values.map(asJson)).slice(1, -1);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
