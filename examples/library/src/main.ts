/** Serves the application: on Express, or on Fastify with `PLATFORM=fastify`. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

// `POST /events` reads numbers exactly, and so asks for the bytes of a body.
const options = { rawBody: true };

const app =
  process.env['PLATFORM'] === 'fastify'
    ? await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), options)
    : await NestFactory.create<NestExpressApplication>(AppModule, options);
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
console.log(`listens on ${await app.getUrl()}`);
