/** Contexts with an event that nobody records or consumes, whose contract has no examples. */
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { LeftfoldModule, defineEvent } from '../../src/runtime/index.js';

const forgotten = defineEvent({ type: 'thing.forgotten', schema: z.strictObject({}) });

@Module({ imports: [LeftfoldModule.forFeature({ contracts: [forgotten] })] })
class ForgetfulModule {}

export const contexts = [ForgetfulModule];
