/** Writes what an operator has asked for into the program's log, with who it was. */
import { Logger } from '@nestjs/common';
import { callerOf } from '../../access/caller.js';
import type { HttpRequest } from '../kernel/exchange.js';

const logger = new Logger('Operations');

/** @param what as in `rebuild of orders` */
export function logOperation(request: Pick<HttpRequest, 'raw'>, what: string): void {
  const { principal } = callerOf(request);
  logger.log(`${what}, asked for by ${principal ?? 'somebody without credentials'}`);
}
