/** Numbers for an empty log, from the setting `LEFTFOLD_SEED`. */
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { z } from 'zod';
import { InvalidSetting } from '../../runtime/index.js';
import { CANONICAL_INTEGER } from './numbers.events.js';
import { NumbersService } from './numbers.service.js';

const SETTING = 'LEFTFOLD_SEED';

const MAX_NUMBERS = 10_000;

const seed = z
  .string()
  .transform((text) => text.split(','))
  .pipe(
    z
      .array(z.string().regex(CANONICAL_INTEGER, 'must be integers separated by commas, as in 1,1,1,1,2'))
      .max(MAX_NUMBERS, `may hold at most ${MAX_NUMBERS} numbers`),
  );

/**
 * The numbers in canonical decimal; none when the variable is empty or not set.
 *
 * @throws InvalidSetting
 */
export function seedIn(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const text = environment[SETTING] ?? '';
  if (text === '') return [];
  const parsed = seed.safeParse(text);
  if (parsed.success) return parsed.data;
  const reason = parsed.error.issues[0]?.message ?? 'is wrong';
  throw new InvalidSetting(SETTING, `${reason} (it is ${JSON.stringify(text)})`);
}

/** Records the seed before the first request is taken, if the log is empty. */
@Injectable()
export class Seed implements OnApplicationBootstrap {
  constructor(private readonly numbers: NumbersService) {}

  async onApplicationBootstrap(): Promise<void> {
    const values = seedIn(process.env);
    if (values.length > 0 && (await this.numbers.seed(values)))
      new Logger('Numbers').log('The log was empty and has been seeded');
  }
}
