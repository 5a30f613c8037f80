/** The runtime's log lines go where the application's go: to Nest's `Logger`. */
import { Logger, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EventLog, LeftfoldModule } from '../../src/runtime/index.js';
import { add, amountAdded, totalOf } from '../support/amounts.js';
import { until } from '../support/api.js';

class Lines implements LoggerService {
  readonly all: string[] = [];
  readonly #add = (message: unknown, ...rest: readonly unknown[]): void => {
    this.all.push(`${String(rest.at(-1))}: ${String(message)}`);
  };

  log = this.#add;
  warn = this.#add;
  error = this.#add;
}

describe('the logger of an application', () => {
  it('is told of a projection that stops', async () => {
    const lines = new Lines();
    const module = await Test.createTestingModule({
      imports: [
        LeftfoldModule.forRoot({ store: 'memory:' }),
        LeftfoldModule.forFeature({
          contracts: [amountAdded],
          projections: [totalOf('total', (amount) => amount === 13)],
        }),
      ],
    })
      .setLogger(lines)
      .compile();
    await module.init();
    await add(module.get(EventLog), 13);
    await until(() =>
      lines.all.some((line) => line.startsWith('Projection: total') && line.includes('13 is too much')),
    );
    await module.close();
    Logger.overrideLogger(true);
  });
});
