/** `/console`: the page, and the files that it is made of. They are the same for everybody; what they show, the API gives to who may see it. */
import { Controller, Get, Param, Req, Res, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AccessGuard } from '../access/gate.js';
import { RequireScope } from '../access/required-scope.js';
import {
  queryOf,
  send,
  varyBy,
  type Headers,
  type HttpRequest,
  type HttpResponse,
} from '../http/kernel/exchange.js';
import { acceptsGzip, matchesEntityTag } from '../http/kernel/headers.js';
import { refuseUnknownParameters } from '../http/kernel/parameters.js';
import { PATHS } from '../http/kernel/paths.js';
import { NothingHere } from '../http/kernel/problem-document.js';
import { ProblemFilter } from '../http/kernel/problem.filter.js';
import { ConsolePage, type ConsoleFile } from './console-page.js';

@Controller({ path: PATHS.console, version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('public')
@ApiExcludeController()
export class ConsoleController {
  constructor(private readonly page: ConsolePage) {}

  @Get()
  open(@Req() request: HttpRequest, @Res() response: HttpResponse): void {
    refuseUnknownParameters(queryOf(request), []);
    if (!this.page.isBuilt)
      throw new NothingHere('The console is not built in this checkout; npm run build builds it.');
    sendFile(request, response, this.page.html, {
      'cache-control': 'no-cache',
      'content-security-policy': this.page.contentSecurityPolicy,
      'referrer-policy': 'no-referrer',
    });
  }

  /** Their names change with what is in them. */
  @Get('assets/:file')
  asset(@Param('file') name: string, @Req() request: HttpRequest, @Res() response: HttpResponse): void {
    const file = this.page.isBuilt ? this.page.asset(name) : undefined;
    if (file === undefined) throw new NothingHere(`The console has no file ${name}.`);
    sendFile(request, response, file, { 'cache-control': 'public, max-age=31536000, immutable' });
  }
}

function sendFile(
  request: HttpRequest,
  response: HttpResponse,
  { type, body, gzipped, entityTag }: ConsoleFile,
  headers: Headers,
): void {
  const isGzipped = acceptsGzip(request.headers['accept-encoding']);
  // Other bytes, and so another tag (RFC 9110, section 8.8.3.3).
  const tag = isGzipped ? entityTag.replace(/"$/, '-gzip"') : entityTag;
  const isKnown = matchesEntityTag(request.headers['if-none-match'], tag);
  const all = {
    'content-type': type,
    etag: tag,
    'x-content-type-options': 'nosniff',
    vary: varyBy(response, 'Accept-Encoding'),
    ...(isGzipped && { 'content-encoding': 'gzip' }),
    ...headers,
  };
  send(response, isKnown ? 304 : 200, all, isKnown ? undefined : isGzipped ? gzipped : body);
}
