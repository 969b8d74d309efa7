// SPDX-License-Identifier: GPL-2.0-or-later
// An OCPP 1.6-J back-end on npm ocpp-rpc in strict mode, steered by JSON lines on stdin and telling what it sees.
//
// Told on stdout, one object per line, key "event":
//   listening {port} | stopped | refused {identity,code} | tls-refused {text}
//   connected {identity,conn,endpoint,offered,password,certificate} (certificate: the CN of the client's, or null)
//   disconnected {identity,conn,code,reason} | call {identity,conn,id,action,payload}
//   result {ref,payload} | error {ref,code,description,details} | frame {identity,frame} (answers to "raw")
//   violation {identity,action,what,outbound,text} (a schema was broken) | bad-message {identity,text,message}
// Understood on stdin, key "cmd":
//   answer {action, identity?, payload? | error:{code,description}?, hold?, times?}   what a CALL gets from now on
//   release {action, identity?}      answers the calls that "hold" keeps open, in order of arrival
//   call {ref, identity, action, payload, timeoutMs?}      a CALL, checked against its schema before it leaves
//   raw {identity, frame | text}     any frame, unchecked; its answer comes back as "frame"
//   close {identity, code?, reason?, force?} | stop | start | auth {password | null} | refuse {code | null} | quit
// An argument {"key": FILE, "cert": FILE, "clientCa": FILE?} makes it speak TLS, and demand client certificates.
'use strict';

const { once } = require('events');
const fs = require('fs');
const https = require('https');
const readline = require('readline');
const { RPCServer, createRPCError } = require('ocpp-rpc');

const tls = process.argv[2] ? JSON.parse(process.argv[2]) : null;
const tell = (event, fields) => process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');

// Tags that are not accepted.
const tags = { OSGUNKNOWN: 'Invalid', BLOCKED: 'Blocked', OLD: 'Expired' };
const tagInfo = (tag) => ({ idTagInfo: { status: tags[tag] || 'Accepted' } });

const defaultAnswers = {
  Authorize: (state, { idTag }) => tagInfo(idTag),
  BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 300 }),
  DataTransfer: () => ({ status: 'Accepted' }),
  DiagnosticsStatusNotification: () => ({}),
  FirmwareStatusNotification: () => ({}),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  LogStatusNotification: () => ({}),
  MeterValues: () => ({}),
  SecurityEventNotification: () => ({}),
  StartTransaction: (state, { idTag }) => ({ transactionId: state.nextTransaction++, ...tagInfo(idTag) }),
  StatusNotification: () => ({}),
  StopTransaction: () => ({ idTagInfo: { status: 'Accepted' } }),
};

const state = {
  server: null,
  http: null,
  port: 0,
  host: '127.0.0.1',
  password: null, // when set, Basic authentication with this password is demanded (401 otherwise)
  refuseCode: null, // when set, every upgrade is refused with this HTTP status
  nextTransaction: 1001,
  nextConn: 1,
  clients: new Map(), // identity -> the newest connection
  answers: [], // overrides, newest first
  held: [], // calls waiting for "release": {identity, action, go}
  rawIds: new Set(),
};

function findAnswer(identity, action) {
  const index = state.answers.findIndex((a) => a.action === action && (!a.identity || a.identity === identity));
  if (index < 0) return null;
  const answer = state.answers[index];
  if (answer.times !== undefined && --answer.times <= 0) state.answers.splice(index, 1);
  return answer;
}

async function answerCall(identity, conn, { messageId, method, params }) {
  tell('call', { identity, conn, id: messageId, action: method, payload: params });
  const answer = findAnswer(identity, method);
  if (answer && answer.hold) await new Promise((go) => state.held.push({ identity, action: method, go }));
  if (answer && answer.error)
    throw createRPCError(answer.error.code, answer.error.description || '', answer.error.details || {});
  if (answer && answer.payload !== undefined) return answer.payload;
  if (!defaultAnswers[method]) throw createRPCError('NotImplemented', `no answer for ${method}`);
  return defaultAnswers[method](state, params);
}

function onClient(client) {
  const identity = client.identity;
  const conn = state.nextConn++;
  state.clients.set(identity, client);
  tell('connected', {
    identity,
    conn,
    endpoint: client.handshake.endpoint,
    offered: [...client.handshake.protocols],
    password: client.handshake.password ? client.handshake.password.toString('utf8') : null,
    certificate: tls && tls.clientCa ? client.handshake.request.socket.getPeerCertificate().subject.CN : null,
  });
  client.handle((request) => answerCall(identity, conn, request));
  client.on('strictValidationFailure', (v) =>
    tell('violation', {
      identity,
      action: v.method,
      what: v.isCall ? 'call' : 'result',
      outbound: v.outbound,
      text: v.error.message,
      payload: v.isCall ? v.params : v.result,
    }),
  );
  client.on('message', ({ message, outbound }) => {
    const [type, id] = outbound ? [] : safeParse(message);
    if (type > 2 && state.rawIds.delete(id)) tell('frame', { identity, frame: safeParse(message) });
  });
  client.on('badMessage', ({ buffer, error }) => {
    const message = buffer.toString('utf8');
    const details = error.details || {};
    if (
      /unrecognised message ID/.test(error.message) &&
      safeParse(message)[1] === details.msgId &&
      wasRaw(details.msgId)
    )
      return;
    tell('bad-message', { identity, text: error.message, message });
  });
  client.once('close', ({ code, reason }) => {
    if (state.clients.get(identity) === client) state.clients.delete(identity);
    tell('disconnected', { identity, conn, code, reason: String(reason || '') });
  });
}

const everRaw = new Set();
const wasRaw = (id) => everRaw.has(id);

function safeParse(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch (e) {
    return [];
  }
}

async function start() {
  const server = new RPCServer({
    protocols: ['ocpp1.6'],
    strictMode: true,
    callTimeoutMs: 20000,
    pingIntervalMs: 0,
    respondWithDetailedErrors: true,
  });
  server.auth((accept, reject, handshake) => {
    const given = handshake.password ? handshake.password.toString('utf8') : null;
    const refuse = (code) => {
      tell('refused', { identity: handshake.identity, code });
      reject(code, 'refused');
    };
    if (state.refuseCode) return refuse(state.refuseCode);
    if (state.password !== null && given !== state.password) return refuse(401);
    return accept();
  });
  server.on('client', onClient);
  server.on('upgradeAborted', ({ error, identity }) =>
    tell('upgrade-aborted', { identity, text: String(error && error.message) }),
  );
  const http = tls ? await listenTls(server) : await server.listen(state.port, state.host);
  state.port = http.address().port;
  state.server = server;
  state.http = http;
  tell('listening', { port: state.port });
}

async function listenTls(server) {
  const secure = https.createServer({
    key: fs.readFileSync(tls.key),
    cert: fs.readFileSync(tls.cert),
    ca: tls.clientCa ? fs.readFileSync(tls.clientCa) : undefined,
    requestCert: Boolean(tls.clientCa),
    rejectUnauthorized: Boolean(tls.clientCa),
  });
  secure.on('upgrade', server.handleUpgrade);
  secure.on('tlsClientError', (error) => tell('tls-refused', { text: error.message }));
  secure.listen(state.port, state.host);
  await once(secure, 'listening');
  return secure;
}

async function stop() {
  const server = state.server;
  if (!server) return;
  state.server = null;
  for (const held of state.held.splice(0)) held.go();
  const portFree = once(state.http, 'close');
  if (tls) state.http.close();
  await server.close({ code: 1001, reason: 'back-end stops', force: true });
  await portFree;
  tell('stopped', {});
}

function clientOf(identity) {
  const client = state.clients.get(identity);
  if (!client) throw createRPCError('GenericError', `${identity} is not connected`);
  return client;
}

async function call(command) {
  try {
    const payload = await clientOf(command.identity).call(command.action, command.payload || {}, {
      callTimeoutMs: command.timeoutMs || 20000,
    });
    tell('result', { ref: command.ref, payload });
  } catch (e) {
    tell('error', {
      ref: command.ref,
      code: e.rpcErrorCode || e.name,
      description: e.message,
      details: e.details || {},
    });
  }
}

const commands = {
  answer: (c) => {
    state.answers.unshift(c);
  },
  release: (c) => {
    const mine = (h) => h.action === c.action && (!c.identity || c.identity === h.identity);
    const ready = state.held.filter(mine);
    state.held = state.held.filter((h) => !mine(h));
    for (const held of ready) held.go();
  },
  call,
  raw: (c) => {
    if (c.frame) {
      state.rawIds.add(c.frame[1]);
      everRaw.add(c.frame[1]);
    }
    clientOf(c.identity).sendRaw(c.text !== undefined ? c.text : JSON.stringify(c.frame));
  },
  close: (c) => clientOf(c.identity).close({ code: c.code, reason: c.reason, force: c.force }),
  stop,
  start,
  auth: (c) => {
    state.password = c.password;
  },
  refuse: (c) => {
    state.refuseCode = c.code;
  },
  reset: () => {
    state.answers = [];
  },
  quit: () => process.exit(0),
};

async function obey(line) {
  try {
    const command = JSON.parse(line);
    const done = commands[command.cmd](command);
    if (command.cmd === 'call') return; // tells its own result; later commands need not wait for it
    await done;
    tell('done', { cmd: command.cmd });
  } catch (e) {
    tell('trouble', { text: e.message, line });
  }
}

let previous = Promise.resolve();
readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.trim()) previous = previous.then(() => obey(line));
  })
  .on('close', () => process.exit(0));

start().catch((e) => {
  tell('trouble', { text: e.message });
  process.exit(1);
});
