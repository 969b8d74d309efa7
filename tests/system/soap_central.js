// SPDX-License-Identifier: GPL-2.0-or-later
// A central system on npm soap for charge points of one version, steered by JSON lines on stdin: it knows the contracts
// and nothing of ours. It keeps books, and knows a repeated StartTransaction by its content, as real ones do.
//
// usage: node soap_central.js VERSION CENTRAL_SYSTEM_WSDL CHARGE_POINT_WSDL SLOW   (packages through NODE_PATH)
// SLOW: most milliseconds until a message about transactions, once in the books, is answered.
// Told on stdout, one object per line, key "event":
//   listening {url} | call {identity, action, payload, from} | result {ref, payload} | fault {ref, text} | done {cmd}
// Understood on stdin, key "cmd":
//   call {ref, identity, action, payload}   an operation of charge points
//   dump {file}                             writes the books
//   away {now}                              true: every new connection is cut, nothing comes into the books
'use strict';

const fs = require('fs');
const http = require('http');
const readline = require('readline');
const { randomUUID } = require('crypto');
const soap = require('soap');

const [version, centralWsdl, chargePointWsdl, slow] = process.argv.slice(2);
const WSA = 'http://www.w3.org/2005/08/addressing';
const date = { 1.2: '2010/08', 1.5: '2012/06', 1.6: '2015/10' }[version];
const tell = (event, fields) => process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');

const text = (node) => (node && typeof node === 'object' && !(node instanceof Date) ? node.$value : node);
const books = { transactions: [], unknown: [], startRepeats: 0, stopRepeats: 0, valueRepeats: 0, connections: {} };
const known = new Map(); // content of a start -> transaction
const addresses = new Map(); // identity -> where it is called
let clients = null; // one for all
let away = false;

const escaped = (plain) => plain.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const accepted = { idTagInfo: { status: 'Accepted' } };
const interval = { [version === '1.6' ? 'interval' : 'heartbeatInterval']: 300 };

function started(identity, start) {
  const key = JSON.stringify([identity, start]);
  let found = known.get(key);
  if (found) {
    books.startRepeats++;
  } else {
    found = { id: books.transactions.length + 1, identity, start, stops: [], values: [], late: [] };
    books.transactions.push(found);
    known.set(key, found);
  }
  return { transactionId: found.id, ...accepted };
}

function transactionOf(identity, message) {
  const found = books.transactions[Number(message.transactionId) - 1];
  if (found && found.identity === identity) return found;
  books.unknown.push({ identity, message });
  return null;
}

const isAmong = (list, message) => list.some((each) => JSON.stringify(each) === JSON.stringify(message));

function stopped(identity, stop) {
  const found = transactionOf(identity, stop);
  if (found && isAmong(found.stops, stop)) books.stopRepeats++;
  else if (found) found.stops.push(stop);
  return accepted;
}

// OCPP 1.2 names no transaction: it is the one that runs. Values behind the stop are in `late`.
function metered(identity, message) {
  const running = books.transactions.filter((each) => each.identity === identity && each.stops.length === 0).pop();
  const found = message.transactionId === undefined ? version === '1.2' && running : transactionOf(identity, message);
  if (found && isAmong(found.values, message)) books.valueRepeats++;
  else if (found) (found.stops.length === 0 ? found.values : found.late).push(message);
  return {};
}

const answers = {
  Authorize: () => accepted,
  BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), ...interval }),
  DataTransfer: () => ({ status: 'Accepted' }),
  DiagnosticsStatusNotification: () => ({}),
  FirmwareStatusNotification: () => ({}),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  MeterValues: metered,
  StartTransaction: started,
  StatusNotification: () => ({}),
  StopTransaction: stopped,
};

function operation(action) {
  return (payload, callback, headers) => {
    const identity = text(headers.chargeBoxIdentity);
    const from = headers.From && text(headers.From.Address);
    if (from) addresses.set(identity, from);
    tell('call', { identity, action, payload, from });
    const answer = answers[action](identity, payload || {});
    const wait = /Transaction|MeterValues/.test(action) ? Math.random() * Number(slow) : 0;
    if (wait > 0) setTimeout(() => callback(null, answer), wait);
    else callback(null, answer);
  };
}

async function call({ ref, identity, action, payload }) {
  clients = clients || (await soap.createClientAsync(chargePointWsdl, { forceSoap12Headers: true }));
  const address = addresses.get(identity);
  clients.setEndpoint(address);
  clients.clearSoapHeaders();
  clients.addSoapHeader(
    `<cp:chargeBoxIdentity xmlns:cp="urn://Ocpp/Cp/${date}/">${escaped(identity)}</cp:chargeBoxIdentity>` +
      `<wsa:MessageID xmlns:wsa="${WSA}">urn:uuid:${randomUUID()}</wsa:MessageID>` +
      `<wsa:To xmlns:wsa="${WSA}">${escaped(address)}</wsa:To><wsa:Action xmlns:wsa="${WSA}">/${action}</wsa:Action>`,
  );
  try {
    const [result] = await clients[action + 'Async'](payload);
    tell('result', { ref, payload: result || {} });
  } catch (e) {
    tell('fault', { ref, text: String(e.message) });
  }
}

const port = {};
for (const action of Object.keys(answers)) port[action] = operation(action);
const server = http.createServer((request, response) => {
  response.statusCode = 404;
  response.end();
});
server.keepAliveTimeout = 600000; // who ends an idle connection is the charge point
server.on('connection', (socket) => {
  books.connections[socket.remoteAddress] = (books.connections[socket.remoteAddress] || 0) + 1;
  if (away) socket.destroy();
});
server.listen(0, '127.0.0.1', () => {
  const listener = soap.listen(server, {
    path: '/ocpp',
    services: { CentralSystemService: { CentralSystemServiceSoap12: port, CentralSystemServiceSoap: port } },
    xml: fs.readFileSync(centralWsdl, 'utf8'),
    uri: centralWsdl,
    forceSoap12Headers: true,
    wsdlOptions: { attributesKey: 'attributes' },
  });
  listener.addSoapHeader((name, args, headers) => {
    const id = text(headers && headers.MessageID);
    return (
      `<wsa:Action xmlns:wsa="${WSA}">/${name}Response</wsa:Action>` +
      `<wsa:RelatesTo xmlns:wsa="${WSA}">${id}</wsa:RelatesTo><wsa:To xmlns:wsa="${WSA}">${WSA}/anonymous</wsa:To>`
    );
  });
  tell('listening', { url: `http://127.0.0.1:${server.address().port}/ocpp` });
});

readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    const command = JSON.parse(line);
    if (command.cmd === 'call') return call(command);
    if (command.cmd === 'away') away = command.now;
    else fs.writeFileSync(command.file, JSON.stringify(books));
    tell('done', { cmd: command.cmd });
  })
  .on('close', () => process.exit(0));
