// SPDX-License-Identifier: GPL-2.0-or-later
// An OCPP 1.6-J back-end on npm ocpp-rpc in strict mode that keeps books of transactions, fails on command, and
// recognises a repeated StartTransaction as real ones do (TX-12): same identity, connector, idTag, time and meter.
//
// Told on stdout, one object per line, key "event": listening {port} | done {cmd, ...} | trouble {text}
// Understood on stdin, key "cmd":
//   stop | start                 goes away (all connections cut, port closed) and comes back on the same port
//   cut {count}                  cuts that many connections, chosen at random
//   moods {cut, slow, slowMs, refuse}  odds that a CALL, once in the books, is answered by a cut, or after slowMs;
//                                or that it gets a CALLERROR instead and is not in the books: only for chargers whose
//                                TransactionMessageAttempts and -RetryInterval could be set, so that it is tried again
//   hold {action} | release      leaves CALLs of that action unanswered until the release
//   stats                        done {calls, transactionCalls, connections, first, last, ...}: cheap
//   dump {file}                  writes the books
'use strict';

const { once } = require('events');
const fs = require('fs');
const readline = require('readline');
const { RPCServer, createRPCError } = require('ocpp-rpc');

const tell = (event, fields) => process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');

// Repeatable chance (mulberry32).
let seed = Number(process.argv[2] || 1) | 0;
function chance() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const books = {
  transactions: [], // {identity, id, start, stops: [payload], stopRepeats, startRepeats}
  messages: {}, // identity -> transaction messages in the order they came: {action, payload}
  boots: {}, // identity -> count, of those that come after its first transaction message only
  cutsOf: {}, // identity -> connections that we have cut
  calls: {}, // action -> count
  repeats: { StartTransaction: 0, StopTransaction: 0, MeterValues: 0 },
  unknown: [], // StopTransaction and MeterValues of no known transaction
  violations: [],
  connections: 0,
  cuts: 0,
  outages: 0,
  slow: 0,
  refused: 0,
  transactionCalls: 0,
  first: 0, // ms since the epoch: first and last transaction message since "stats"
  last: 0,
};
const byStart = new Map();
const byId = new Map();
const seen = new Set(); // identity + MeterValues payload
const clients = new Set();
const left = new WeakSet(); // connections that we have cut: what still arrives there answers a forgotten CALL
const persistent = new Set(); // identities that try a refused message again and again
const moods = { cut: 0, slow: 0, slowMs: 0, refuse: 0 };
let nextId = 1;
let nextBigId = 5000000000;
let server = null;
let http = null;
let port = 0;
let held = null; // {action, go: []}

function started(identity, start) {
  const key = [identity, start.connectorId, start.idTag, start.timestamp, start.meterStart].join('|');
  let known = byStart.get(key);
  if (known) {
    known.startRepeats++;
    books.repeats.StartTransaction++;
  } else {
    const id = identity.endsWith('-big') ? nextBigId++ : nextId++; // TX-2: some ids do not fit a charger
    known = { identity, id, start, stops: [], stopRepeats: 0, startRepeats: 0 };
    byStart.set(key, known);
    byId.set(id, known);
    books.transactions.push(known);
  }
  return { transactionId: known.id, idTagInfo: { status: 'Accepted' } };
}

function stopped(identity, stop) {
  const known = byId.get(stop.transactionId);
  if (!known || known.identity !== identity) {
    books.unknown.push({ identity, action: 'StopTransaction', payload: stop });
  } else if (known.stops.some((s) => JSON.stringify(s) === JSON.stringify(stop))) {
    known.stopRepeats++;
    books.repeats.StopTransaction++;
  } else {
    known.stops.push(stop);
  }
  return { idTagInfo: { status: 'Accepted' } };
}

function metered(identity, values) {
  const known = byId.get(values.transactionId);
  if (!known || known.identity !== identity)
    books.unknown.push({ identity, action: 'MeterValues', payload: values });
  const key = identity + JSON.stringify(values);
  if (seen.has(key)) books.repeats.MeterValues++;
  seen.add(key);
  return {};
}

const now = () => new Date().toISOString();
const answers = {
  Authorize: () => ({ idTagInfo: { status: 'Accepted' } }),
  BootNotification: (identity) => {
    if (books.messages[identity]) books.boots[identity] = (books.boots[identity] || 0) + 1;
    return { status: 'Accepted', currentTime: now(), interval: 300 };
  },
  DataTransfer: () => ({ status: 'Accepted' }),
  Heartbeat: () => ({ currentTime: now() }),
  StatusNotification: () => ({}),
  StartTransaction: started,
  StopTransaction: stopped,
  MeterValues: metered,
};
const transactional = new Set(['StartTransaction', 'StopTransaction', 'MeterValues']);

function forget(client) {
  left.add(client);
  books.cutsOf[client.identity] = (books.cutsOf[client.identity] || 0) + 1;
}

function cut(client) {
  books.cuts++;
  forget(client);
  client.close({ force: true }).catch(() => {});
}

async function answerCall(client, { method, params }) {
  const identity = client.identity;
  if (transactional.has(method) && persistent.has(identity) && chance() < moods.refuse) {
    books.refused++;
    throw createRPCError('InternalError', 'not now');
  }
  books.calls[method] = (books.calls[method] || 0) + 1;
  if (transactional.has(method)) {
    books.transactionCalls++;
    books.last = Date.now();
    if (!books.first) books.first = books.last;
    (books.messages[identity] = books.messages[identity] || []).push({ action: method, payload: params });
  }
  const answer = answers[method](identity, params);
  if (held && held.action === method) await new Promise((go) => held.go.push(go));
  const dice = chance();
  if (dice < moods.cut) {
    cut(client);
    return new Promise(() => {});
  }
  if (dice < moods.cut + moods.slow) {
    books.slow++;
    await new Promise((go) => setTimeout(go, moods.slowMs));
  }
  return answer;
}

// Once only: the bridge keeps what it has accepted.
async function makePersistent(client) {
  const settings = { TransactionMessageAttempts: '100', TransactionMessageRetryInterval: '1' };
  for (const [key, value] of Object.entries(settings)) {
    const { status } = await client.call('ChangeConfiguration', { key, value }, { callTimeoutMs: 5000 });
    if (status !== 'Accepted') return;
  }
  persistent.add(client.identity);
}

function onClient(client) {
  books.connections++;
  clients.add(client);
  client.handle((request) => answerCall(client, request));
  client.on('strictValidationFailure', (v) =>
    books.violations.push({ identity: client.identity, action: v.method, text: v.error.message, payload: v.params }),
  );
  client.on('badMessage', ({ buffer, error }) => {
    if (left.has(client)) return;
    books.violations.push({ identity: client.identity, text: error.message, payload: buffer.toString('utf8') });
  });
  client.once('close', () => clients.delete(client));
  if (!persistent.has(client.identity)) makePersistent(client).catch(() => {});
}

const commands = {
  start: async () => {
    server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true, pingIntervalMs: 0 });
    server.auth((accept) => accept());
    server.on('client', onClient);
    http = await server.listen(port, '127.0.0.1');
    port = http.address().port;
  },
  stop: async () => {
    books.outages++;
    for (const client of clients) forget(client);
    const free = once(http, 'close');
    http.closeAllConnections();
    await server.close({ code: 1001, reason: 'back-end stops', force: true });
    await free;
  },
  cut: ({ count }) => {
    const all = [...clients];
    for (let i = 0; i < count && all.length; i++) {
      const [victim] = all.splice(Math.floor(chance() * all.length), 1);
      cut(victim);
    }
  },
  moods: (c) => Object.assign(moods, { cut: 0, slow: 0, slowMs: 0, refuse: 0 }, c),
  hold: (c) => {
    held = { action: c.action, go: [] };
  },
  release: () => {
    const go = held ? held.go : [];
    held = null;
    for (const each of go) each();
  },
  stats: () => {
    const { calls, transactionCalls, connections, cuts, slow, first, last } = books;
    books.first = books.last = 0;
    return { calls, transactionCalls, connections, open: clients.size, cuts, slow, first, last };
  },
  dump: (c) => fs.writeFileSync(c.file, JSON.stringify(books)),
};

let previous = commands.start().then(() => tell('listening', { port }));
async function obey(line) {
  try {
    const command = JSON.parse(line);
    tell('done', { cmd: command.cmd, ...((await commands[command.cmd](command)) || {}) });
  } catch (e) {
    tell('trouble', { text: String(e && e.stack) });
  }
}
readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    previous = previous.then(() => obey(line));
  })
  .on('close', () => process.exit(0));
