/** The hello-world protocol's subscriptions: a port of this machine whose program is told of each number. */
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { z } from 'zod';
import {
  APPENDING_PROBLEMS,
  ApiEndpoint,
  InvalidParameter,
  POSITION_HEADER,
  READING_PROBLEMS,
  RequireScope,
  queryOf,
  refuseUnknownParameters,
  sendJson,
  type HttpRequest,
  type HttpResponse,
} from '../../../runtime/http/index.js';
import { SubscribersService } from './subscribers.service.js';

const MAX_PORT = 65_535;

const LIST = {
  description: 'The ports that are told, in the order in which they came',
  headers: POSITION_HEADER,
  body: z.array(z.string()).meta({ example: ['3001', '3002'] }),
};

class InvalidPort extends InvalidParameter {
  constructor() {
    super('port', `A port is a whole number from 1 to ${MAX_PORT}, as in /subscribe/3001.`);
  }
}

const UNKNOWN_PARAMETER = new InvalidParameter('after', 'There is no parameter after; there are none here.');

@Controller()
@RequireScope('operate')
export class SubscribersController {
  constructor(private readonly subscribers: SubscribersService) {}

  @Post('subscribe/:port')
  @ApiEndpoint({
    tag: 'hello world',
    summary:
      'Tell the program on this port of each number from now on: POST http://localhost:PORT/receive with {"event": 5}',
    id: 'subscribe',
    path: {
      port: z.int().min(1).max(MAX_PORT).describe('Of a program on this machine').meta({ example: 3001 }),
    },
    answers: {
      200: { ...LIST, description: 'It is told already' },
      201: { ...LIST, description: 'It is told of each number from now on' },
    },
    problems: [new InvalidPort(), UNKNOWN_PARAMETER, ...APPENDING_PROBLEMS],
  })
  async subscribe(
    @Param('port') text: string,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    const isNew = await this.subscribers.add(portIn(text));
    await this.#answer(response, isNew ? 201 : 200);
  }

  @Get('subscribers')
  @ApiEndpoint({
    tag: 'hello world',
    summary: 'The ports that are told of each number',
    id: 'subscribers',
    answers: { 200: LIST },
    problems: [UNKNOWN_PARAMETER, ...READING_PROBLEMS],
  })
  async list(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    refuseUnknownParameters(queryOf(request), []);
    await this.#answer(response, 200);
  }

  async #answer(response: HttpResponse, status: number): Promise<void> {
    const { ports, readAt } = await this.subscribers.list();
    sendJson(
      response,
      status,
      { 'leftfold-position': String(readAt), 'cache-control': 'no-cache' },
      ports.map(String),
    );
  }
}

/** @throws InvalidPort */
function portIn(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw new InvalidPort();
}
