/** The controller of `docs/write-side.md`: commands over HTTP. */
import { Body, Controller, Param, Post, Req, UseFilters } from '@nestjs/common';
import { z } from 'zod';
import {
  ProblemFilter,
  commitOptions,
  parseBody,
  type HttpRequest,
} from '../../../src/runtime/http/index.js';
import { EventLog, execute } from '../../../src/runtime/index.js';
import { account, open, withdraw } from './accounts.js';

const withdrawal = z.strictObject({ cents: z.int().positive() });

@Controller('accounts')
@UseFilters(ProblemFilter)
export class AccountsController {
  constructor(private readonly log: EventLog) {}

  @Post(':id')
  async open(@Param('id') id: string): Promise<{ position: number }> {
    const { last } = await execute(this.log, account, id, open, id);
    return { position: last };
  }

  @Post(':id/withdrawals')
  async withdraw(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: HttpRequest,
  ): Promise<{ position: number }> {
    const amount = { account: id, ...parseBody(withdrawal, body) };
    const options = commitOptions(request, { withdraw: amount });
    const { last } = await execute(this.log, account, id, withdraw, amount, options);
    return { position: last };
  }
}
