/** Fastify alone: reads the command, records nothing, and sends the same answer. */
import { fastify } from 'fastify';

const server = fastify();
let position = 0;

server.post('/numbers', (request, reply) => {
  const { value } = request.body;
  position += 1;
  reply
    .status(201)
    .header('location', `/numbers/${position}`)
    .header('leftfold-position', String(position))
    .type('application/json; charset=utf-8')
    .send(`{"position":${position},"value":"${value}"}`);
});

process.send({ url: await server.listen({ port: 0, host: '127.0.0.1' }) });
process.on('SIGTERM', () => process.exit(0));
