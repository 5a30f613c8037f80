/** The module of an application, and no list of contexts. */
import { Module } from '@nestjs/common';
import { contexts as imports } from './app/contexts.js';

@Module({ imports: [...imports] })
export class ApplicationModule {}

export const other = 5;
