/** A bare node:http server that reads the body and sends it back: the baseline of the HTTP benchmark. */
import { createServer } from 'node:http';

const sum = JSON.stringify({ value: '123456', state: 'counting', count: 1000, position: 1000 });

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = request.method === 'POST' ? Buffer.concat(chunks) : sum;
    response.writeHead(request.method === 'POST' ? 201 : 200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('SIGTERM', () => process.exit(0));
