/** Nest on Fastify alone: a controller that reads the command, records nothing, and sends the same answer. */
import 'reflect-metadata';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class NumbersController {
  #position = 0;

  async record(request, reply) {
    const { value } = request.body;
    const position = await this.#recorded();
    void reply
      .status(201)
      .header('location', `/numbers/${position}`)
      .header('leftfold-position', String(position))
      .type('application/json; charset=utf-8')
      .send(`{"position":${position},"value":"${value}"}`);
  }

  #recorded() {
    this.#position += 1;
    return Promise.resolve(this.#position);
  }
}

// Decorators by hand: this file runs as it is.
const { prototype } = NumbersController;
Req()(prototype, 'record', 0);
Res()(prototype, 'record', 1);
Post()(prototype, 'record', Object.getOwnPropertyDescriptor(prototype, 'record'));
Controller('numbers')(NumbersController);

// Any class may stand for a module.
const module = { module: NumbersController, controllers: [NumbersController] };
const app = await NestFactory.create(module, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
process.on('SIGTERM', () => process.exit(0));
