/**
 * A load generator in a process of its own: a number of connections, each with one request in flight, for a given time. It writes the same
 * bytes each time and reads only the status and length of a response, so that the server is measured: a
 * generator that parses responses needs as much time for each as a bare server does, and would be the bottleneck.
 */
import { connect } from 'node:net';

/** With `keys`, `{n}` in the path is another one of so many numbers each time, `from` on. */
const { url, method, path, body, connections, seconds, keys, from = 0 } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);

const requestOf = (to) => {
  const head = [
    `${method} ${to} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
};
const MAX_PATHS = 100_000;
const paths = Math.min(keys ?? 1, MAX_PATHS);
const requests = Array.from({ length: paths }, (_, index) =>
  requestOf(path.replace('{n}', from + Math.floor(((index * 7919) % paths) * ((keys ?? 1) / paths)))),
);
let sent = 0;

const latencies = [];
let stopAt = Infinity;

/** One connection's requests, one after the other, until the time is over. */
function run() {
  return new Promise((resolve, reject) => {
    let received = '';
    let sentAt;
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.setEncoding('latin1');
    const send = () => {
      sentAt = performance.now();
      socket.write(requests[sent % paths]);
      sent += 1;
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the server closed a connection after: ${received}`)));
    socket.on('data', (chunk) => {
      received = received === '' ? chunk : received + chunk;
      const bodyAt = received.indexOf('\r\n\r\n') + 4;
      if (bodyAt < 4) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1]);
      if (received.length < bodyAt + length) return;
      if (received[9] !== '2') reject(new Error(`refused: ${received}`));
      received = '';
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now < stopAt) return send();
      socket.removeAllListeners('close').destroy();
      resolve();
    });
  });
}

const began = performance.now();
stopAt = began + seconds * 1000;
await Promise.all(Array.from({ length: connections }, run));
const elapsed = (performance.now() - began) / 1000;
latencies.sort((a, b) => a - b);
const quantile = (share) => latencies[Math.floor(latencies.length * share)];
process.stdout.write(
  JSON.stringify({ rate: latencies.length / elapsed, p50: quantile(0.5), p99: quantile(0.99) }),
);
