/** A Nest application that was not made for Leftfold: on Fastify or on Express, with a pipe, a filter, an interceptor and controllers of its own. */
import {
  BadRequestException,
  Body,
  Catch,
  Controller,
  Get,
  HttpException,
  Module,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  ServiceUnavailableException,
  UseFilters,
  type ArgumentMetadata,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { map, type Observable } from 'rxjs';
import {
  FORM_TYPE,
  JSON_TYPE,
  NDJSON_TYPE,
  Problem,
  ProblemFilter,
  readBody,
  sendJson,
  type HttpRequest,
  type HttpResponse,
} from '../../src/runtime/http/index.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import type { HttpParts } from '../../src/runtime/leftfold-options.js';
import type { ProjectionDefinition } from '../../src/runtime/projection/define-projection.js';
import { amountAdded, noteTaken, totalOf, type TotalContext } from './amounts.js';

export type Platform = 'fastify' | 'express';

export const PLATFORMS: readonly Platform[] = ['fastify', 'express'];

@Controller('accounts')
class AccountsController {
  @Post()
  open(@Body() body: unknown): unknown {
    return body;
  }

  @Get('closed')
  closed(): never {
    throw new BadRequestException('the account is closed');
  }
}

/** On a path that a projection is served under as well. */
@Controller('total')
class TotalController {
  @Post()
  reset(): string {
    return 'reset by the application';
  }
}

/** Uses what the library offers to controllers. */
@Controller('ledger')
@UseFilters(ProblemFilter)
class LedgerController {
  @Post()
  async echo(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> {
    const body = await readBody(request, [JSON_TYPE, NDJSON_TYPE, FORM_TYPE]);
    sendJson(response, 200, {}, { body: body ?? 'none' });
  }

  @Get('overdrawn')
  overdrawn(): never {
    throw new Problem('conflict', 'overdrawn', 'The account is overdrawn', 'It has 3 and needs 5.');
  }

  @Get('several')
  several(): never {
    throw new BadRequestException(['a is missing', 'b is not a number']);
  }

  @Get('missing')
  missing(): never {
    throw new NotFoundException('no such account');
  }

  @Get('custom')
  custom(): never {
    throw new HttpException({ code: 'X', message: 'no more than 3' }, 429);
  }

  @Get('unwell')
  unwell(): never {
    const check = { database: { status: 'down' } };
    throw new ServiceUnavailableException({ status: 'error', info: {}, error: check, details: check });
  }

  @Get('refused/:status')
  refused(@Param('status') status: string): never {
    throw new HttpException(`refused with ${status}`, Number(status));
  }

  /** With a header that cannot be sent. */
  @Get('headers/:name')
  overdrawnWith(@Param('name') name: string): never {
    throw new Problem('conflict', 'overdrawn', 'The account is overdrawn', 'It has 3 and needs 5.', {
      headers: { [name]: 'счёт 3', 'x-limit': '5' },
    });
  }

  @Get('account')
  account(@Res() response: HttpResponse): void {
    sendJson(response, 200, { 'x-account': 'счёт 3' }, {});
  }

  @Get('defect')
  defect(): never {
    throw new Error('secret');
  }
}

/** Refuses bodies without an owner, as a validation would, and remembers what it was asked to look at. */
export class OwnerPipe implements PipeTransform {
  readonly seen: string[] = [];

  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    this.seen.push(type);
    if (type !== 'body') return value;
    if (typeof value !== 'object' || value === null || !('owner' in value))
      throw new BadRequestException('owner is missing');
    return { ...value, validated: true };
  }
}

@Catch()
class ApplicationsFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const message = error instanceof Error ? error.message : 'unknown';
    const status = error instanceof HttpException ? error.getStatus() : 500;
    sendJson(
      host.switchToHttp().getResponse<HttpResponse>(),
      status,
      {},
      { answeredBy: 'the application', message },
    );
  }
}

class Enveloped implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** With a link in its view. */
const plain = totalOf('total');
const total: ProjectionDefinition<TotalContext> = {
  ...plain,
  links: ['report'],
  view: (state) => ({ ...plain.view(state), report: '/reports/total' }),
};

export interface ForeignOptions {
  readonly http?: HttpParts;
  readonly globalPrefix?: string;
  readonly guards?: readonly CanActivate[];
  /** Of the application, besides its own. */
  readonly controllers?: readonly Type[];
  readonly providers?: readonly Type[];
  /** Default: true. */
  readonly rawBody?: boolean;
  /** Default: true. */
  readonly bodyParser?: boolean;
}

export interface Foreign {
  readonly app: INestApplication;
  readonly url: string;
  readonly pipe: OwnerPipe;
}

export function createForeign(
  platform: Platform,
  {
    http = {},
    rawBody = true,
    bodyParser = true,
    controllers = [],
    providers = [],
  }: Omit<ForeignOptions, 'globalPrefix'> = {},
): Promise<INestApplication> {
  @Module({
    imports: [
      LeftfoldModule.forRoot({ store: 'memory:', http }),
      LeftfoldModule.forFeature({ contracts: [amountAdded, noteTaken], projections: [total], http: true }),
    ],
    controllers: [AccountsController, TotalController, LedgerController, ...controllers],
    providers: [...providers],
  })
  class ForeignModule {}

  const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const options = { logger: false, abortOnError: false, rawBody, bodyParser } as const;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class, and nobody constructs it
  return NestFactory.create(ForeignModule, adapter as FastifyAdapter, options);
}

export async function startForeign(platform: Platform, options: ForeignOptions = {}): Promise<Foreign> {
  const app = await createForeign(platform, options);
  const pipe = new OwnerPipe();
  app.useGlobalGuards(...(options.guards ?? []));
  app.useGlobalPipes(pipe);
  app.useGlobalFilters(new ApplicationsFilter());
  app.useGlobalInterceptors(new Enveloped());
  if (options.globalPrefix !== undefined) app.setGlobalPrefix(options.globalPrefix);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), pipe };
}
