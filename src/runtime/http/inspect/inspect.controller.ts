/** What is answered to requests at `/inspect` that are no upgrade. */
import { Controller, Get, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AccessGuard } from '../../access/gate.js';
import { RequireScope } from '../../access/required-scope.js';
import { PATHS } from '../kernel/paths.js';
import { ProblemFilter } from '../kernel/problem.filter.js';
import { UpgradeRequired } from '../sockets/socket-problems.js';

@Controller({ version: VERSION_NEUTRAL })
@UseFilters(ProblemFilter)
@UseGuards(AccessGuard)
@RequireScope('public')
@ApiExcludeController()
export class InspectController {
  /** An upgrade never comes here. @throws UpgradeRequired */
  @Get(PATHS.inspect)
  open(): never {
    throw new UpgradeRequired("It speaks the protocol of Stately's inspector, @statelyai/inspect.");
  }
}
