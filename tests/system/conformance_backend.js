// SPDX-License-Identifier: GPL-2.0-or-later
// The scenarios of `ocpp-soap-cs conformance --list --json`, walked through by an OCPP 1.6-J back-end on npm ocpp-rpc
// in strict mode: for a charger behind the bridge, by what the back-end sees.
//
// Usage: conformance_backend.js TABLE VERSION PATIENCE
// Told on stdout, one object per line, key "event": listening {port} | connected | scenario {name} |
//   operator {text, confirm} | verdict {name, verdict, reason} | over | violation {} | bad-message {} | trouble {text}
// Understood on stdin, key "cmd": begin | confirm (the operator has done it) | quit
'use strict';

const { once } = require('events');
const fs = require('fs');
const readline = require('readline');
const { RPCServer } = require('ocpp-rpc');

const [tableFile, version, patience] = process.argv.slice(2);
const tell = (event, fields) => process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

const state = {
  server: null,
  http: null,
  port: 0,
  client: null,
  rules: {},
  bootTurn: 0,
  unseen: [], // calls that no step has taken
  waiter: null, // called for each new call
  newest: { id: 0, idTag: 'OSGTAG1' },
  nextTransaction: 1,
  times: {},
  confirmed: null,
};

// --- answers by the rules of a step

const fits = (pattern, text) =>
  new RegExp('^' + pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*') + '$', 'i').test(text);

function idTagInfo(idTag) {
  const row = (state.rules.tags || []).find((each) => fits(each.idTag, idTag));
  const { idTag: pattern, ...info } = row || { status: state.rules.otherTags || 'Accepted' };
  return info;
}

const answers = {
  Authorize: ({ idTag }) => ({ idTagInfo: idTagInfo(idTag) }),
  BootNotification: () => {
    const { statuses = ['Accepted'], interval = 300, retryInterval = 10 } = state.rules.boot || {};
    const status = statuses[Math.min(state.bootTurn++, statuses.length - 1)];
    const wait = status === 'Accepted' ? interval : retryInterval;
    return { status, currentTime: new Date().toISOString(), interval: wait };
  },
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  StartTransaction: ({ idTag }) => {
    state.newest = { id: state.nextTransaction++, idTag };
    return { transactionId: state.newest.id, idTagInfo: idTagInfo(idTag) };
  },
  StopTransaction: ({ idTag }) => (idTag ? { idTagInfo: idTagInfo(idTag) } : {}),
};

function onCall({ method, params }) {
  const answer = answers[method] ? answers[method](params) : {};
  state.unseen.push({ action: method, payload: params });
  if (state.waiter) state.waiter();
  return answer;
}

// --- the server; without it the charger's bridge is offline

function onClient(client) {
  state.client = client;
  client.handle(onCall);
  client.on('strictValidationFailure', (v) => tell('violation', { action: v.method, text: v.error.message }));
  client.on('badMessage', ({ buffer, error }) =>
    tell('bad-message', { text: error.message, message: buffer.toString('utf8') }),
  );
  client.once('close', () => {
    if (state.client === client) state.client = null;
  });
  tell('connected', {});
  if (state.waiter) state.waiter();
}

async function listen() {
  state.server = new RPCServer({
    protocols: ['ocpp1.6'],
    strictMode: true,
    callTimeoutMs: patience * 1000,
    pingIntervalMs: 0,
  });
  state.server.on('client', onClient);
  state.http = await state.server.listen(state.port, '127.0.0.1');
  state.port = state.http.address().port;
}

async function leave() {
  const server = state.server;
  state.server = null;
  const free = once(state.http, 'close');
  await server.close({ code: 1001, reason: 'offline', force: true });
  await free;
}

async function setRules(text) {
  state.rules = JSON.parse(text);
  state.bootTurn = 0;
  const offline = Boolean(state.rules.failures);
  if (offline && state.server) await leave();
  if (!offline && !state.server) await listen();
  state.unseen = [];
}

// --- patterns, as in tests/tools/common/message.h

function matches(seen, wanted) {
  if (wanted === '*') return seen !== undefined && seen !== null;
  if (Array.isArray(wanted))
    return Array.isArray(seen) && wanted.every((each) => seen.some((candidate) => matches(candidate, each)));
  if (wanted && typeof wanted === 'object')
    return Boolean(seen) && Object.entries(wanted).every(([key, value]) => key in seen && matches(seen[key], value));
  if (typeof wanted === 'string' && typeof seen === 'string') return wanted.split('|').includes(seen);
  return seen === wanted;
}

const asText = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

function timesFrom(now) {
  return { now: asText(now), before: asText(now - 60e3), soon: asText(now + 3e3), later: asText(now + 3600e3) };
}

function filled(text) {
  const values = {
    ...state.times,
    transactionId: state.newest.id,
    idTag: state.newest.idTag,
    files: 'http://127.0.0.1:8/files/',
    firmware: 'http://127.0.0.1:8/firmware.bin',
  };
  return text.replace(/\$\{(\w+)\}/g, (_, name) => values[name]);
}

// --- steps

class Verdict extends Error {
  constructor(verdict, reason) {
    super(reason);
    this.verdict = verdict;
  }
}

/** Resolves with true when `there` is, or with false after so many seconds. */
function until(there, seconds) {
  return new Promise((resolve) => {
    const end = (value) => {
      clearTimeout(timer);
      state.waiter = null;
      resolve(value);
    };
    const timer = setTimeout(() => end(false), seconds * 1000);
    state.waiter = () => there() && end(true);
    state.waiter();
  });
}

async function send(step, optional) {
  const payload = filled(step.payload || '{}');
  if (!(await until(() => state.client, patience))) throw new Verdict('failed', 'the bridge is not connected');
  let reply;
  try {
    reply = await state.client.call(step.action, JSON.parse(payload));
  } catch (error) {
    const lacking = optional && /^NotSupported|^NotImplemented/.test(error.rpcErrorCode || '');
    const reason = `${step.action} got ${error.rpcErrorCode} ${error.message}`;
    throw new Verdict(lacking ? 'not applicable' : 'failed', reason);
  }
  const wanted = filled(step.expected);
  if (matches(reply, JSON.parse(wanted))) return;
  const lacking = step.lacks && matches(reply, JSON.parse(step.lacks));
  const reason = `${step.action} ${payload}: expected ${wanted}, got ${JSON.stringify(reply)} (${step.rule})`;
  throw new Verdict(lacking ? 'not applicable' : 'failed', reason);
}

let passed = 0; // so many calls came before the one that the last step took

async function wait(step) {
  const wanted = JSON.parse(filled(step.expected));
  const isIt = (each) => each.action === step.action && matches(each.payload, wanted);
  if (step.do === 'awaitNext') state.unseen.splice(0, passed);
  const odd = () => {
    if (step.do === 'never') return state.unseen.find(isIt);
    return step.do === 'awaitNext' && state.unseen.length > 0 && !isIt(state.unseen[0]) && state.unseen[0];
  };
  const there = await until(() => odd() || state.unseen.some(isIt), step.seconds || patience);
  if (odd()) throw new Verdict('failed', `unwanted ${JSON.stringify(odd())} (${step.rule})`);
  if (step.do === 'never') return;
  if (!there)
    throw new Verdict('failed', `no ${step.action} ${filled(step.expected)}, but ${JSON.stringify(state.unseen)}`);
  // With it go the earlier ones of the same action: what they said is outdated.
  const index = state.unseen.findIndex(isIt);
  const kept = state.unseen.slice(0, index).filter((each) => each.action !== step.action);
  passed = kept.length;
  state.unseen.splice(0, index + 1, ...kept);
}

function operator(text, confirm) {
  tell('operator', { text, confirm });
  return confirm ? new Promise((go) => (state.confirmed = go)) : undefined;
}

async function walk(scenario) {
  const optional = scenario.profile !== 'Core';
  const doings = {
    send: (step) => send(step, optional),
    await: wait,
    awaitNext: wait,
    never: wait,
    rules: (step) => setRules(step.payload),
    ask: (step) => operator(step.payload, false),
    confirm: (step) => operator(step.payload, true),
  };
  for (const step of scenario.steps) {
    if (!step.versions.includes(version)) continue;
    await doings[step.do](step);
    if (step.do !== 'ask' && step.do !== 'rules') await pause(20); // the charger has its answer first
  }
}

async function run() {
  for (const scenario of JSON.parse(fs.readFileSync(tableFile, 'utf8'))) {
    if (!scenario.versions.includes(version)) continue;
    tell('scenario', { name: scenario.name });
    await setRules('{}');
    state.times = timesFrom(Date.now());
    passed = 0;
    let verdict = { verdict: 'passed', reason: '' };
    try {
      await walk(scenario);
    } catch (error) {
      if (!(error instanceof Verdict)) throw error;
      verdict = { verdict: error.verdict, reason: error.message };
    }
    tell('verdict', { name: scenario.name, ...verdict });
  }
  tell('over', {});
}

const commands = {
  begin: () => run().catch((error) => tell('trouble', { text: error.stack })),
  confirm: () => state.confirmed(),
  quit: () => process.exit(0),
};

readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => line.trim() && commands[JSON.parse(line).cmd]())
  .on('close', () => process.exit(0));

listen().then(
  () => tell('listening', { port: state.port }),
  (error) => tell('trouble', { text: error.message }),
);
