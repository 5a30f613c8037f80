/** Starts the restaurant: all of it, or the contexts that `CONTEXTS` names over the log at `STORE`. */
import 'reflect-metadata';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProblemFilter } from 'leftfold/http';
import { AppModule } from './app.module.js';
import { contextsByName } from './contexts.js';

const { PORT = '3000', DATA = './data', CONTEXTS = Object.keys(contextsByName).join() } = process.env;
const settings = {
  store: process.env['STORE'] ?? `lmdb:${join(DATA, 'log')}`,
  data: DATA,
  contexts: CONTEXTS.split(',').filter((name) => name !== ''),
};

// Bodies are read exactly, which needs their bytes.
const options = { rawBody: true };
const app = await NestFactory.create<NestFastifyApplication>(
  AppModule.of(settings),
  new FastifyAdapter(),
  options,
);
app.useGlobalFilters(app.get(ProblemFilter));
app.enableShutdownHooks();
await app.listen(Number(PORT), '127.0.0.1');
console.log(`listens on ${await app.getUrl()}`);
