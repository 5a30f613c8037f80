/** A bare node:http server that sends each of its clients a message of the same bytes for every POST: the baseline of the push benchmark. */
import { createServer } from 'node:http';

const clients = new Set();
let position = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    clients.add(response);
    response.once('close', () => clients.delete(response));
    return;
  }
  request.resume().on('end', () => {
    position += 1;
    const state = { value: String(5 * position), state: 'counting', count: position, position };
    const message = Buffer.from(`id: ${position}\ndata: ${JSON.stringify(state)}\n\n`);
    response.writeHead(201, { 'content-type': 'application/json', 'leftfold-position': String(position) });
    response.end('{}');
    for (const client of clients) client.write(message);
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('SIGTERM', () => process.exit(0));
