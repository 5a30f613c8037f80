/** Clients of an event stream, or of a WebSocket, in a process of their own: they count messages, and some of them note when each has come. */
import { connect } from 'node:net';
import { WebSocket } from 'ws';

const { url, path, clients, sampled, isWebSocket } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const request = `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n\r\n`;
const now = () => performance.timeOrigin + performance.now();

/** In the last line of each message. */
const MARK = 'data: ';

const all = [];
let counted = 0;

function note(client, position) {
  counted += 1;
  client.last = position;
  if (client.samples !== undefined) client.samples.push([position, now()]);
}

function openSocket(index) {
  return new Promise((resolve, reject) => {
    const client = { last: 0, samples: index % Math.ceil(clients / sampled) === 0 ? [] : undefined };
    all.push(client);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/push`, { perMessageDeflate: false });
    socket.on('error', reject).on('open', () => {
      socket.send(JSON.stringify({ type: 'subscribe', id: 'a', path }));
      resolve();
    });
    socket.on('message', (data) => {
      const [, position] =
        /^\{"type":"next","id":"a","position":"(\d+)"/.exec(data.toString('latin1', 0, 64)) ?? [];
      if (position !== undefined) note(client, Number(position));
    });
  });
}

function open(index) {
  if (isWebSocket) return openSocket(index);
  return new Promise((resolve, reject) => {
    const client = { last: 0, samples: index % Math.ceil(clients / sampled) === 0 ? [] : undefined };
    all.push(client);
    let rest = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request));
    socket.setEncoding('latin1').on('error', reject);
    socket.on('data', (part) => {
      resolve();
      const messages = (rest + part).split('\n\n');
      rest = messages.pop();
      for (const message of messages) {
        const at = message.indexOf(MARK);
        if (at === -1) continue;
        note(client, Number.parseInt(message.slice(message.lastIndexOf('id: ', at) + 4, at), 10));
      }
    });
  });
}

for (let index = 0; index < clients; index += 100)
  await Promise.all(Array.from({ length: Math.min(100, clients - index) }, (_, each) => open(index + each)));

process.on('message', (asked) => {
  if (asked === 'begin') {
    counted = 0;
    for (const client of all) if (client.samples !== undefined) client.samples = [];
  }
  process.send({
    counted,
    lowest: Math.min(...all.map(({ last }) => last)),
    samples: asked === 'samples' ? all.flatMap(({ samples = [] }) => samples) : [],
  });
});
process.send('connected');
