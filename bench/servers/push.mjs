/** A bare node:http server, with a bare WebSocket, that sends each of its clients a message of the same bytes for every POST: the baseline of the push benchmark. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const clients = new Set();
const sockets = new Set();
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
    const frame = Buffer.from(
      `{"type":"next","id":"a","position":"${position}","data":${JSON.stringify(state)}}`,
    );
    for (const socket of sockets) socket.send(frame, { binary: false });
  });
});
new WebSocketServer({ server, path: '/push' }).on('connection', (socket) => {
  sockets.add(socket);
  socket.on('message', () => undefined);
  socket.once('close', () => sockets.delete(socket));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('SIGTERM', () => process.exit(0));
