// SPDX-License-Identifier: GPL-2.0-or-later
// The baseline of the benchmark: a small SOAP -> OCPP-J bridge as one would write it with npm soap and npm ocpp-rpc.
//
// usage: node node_bridge.js WSDL_DIR CENTRAL_URL      (packages are found beside this file or through NODE_PATH)
// Serves OCPP 1.5 under /ocpp/1.5 and 1.6 under /ocpp/1.6 on a port of 127.0.0.1 that it prints. It keeps no state
// beyond one WebSocket per charger and checks nothing (strictMode is off): what it costs is what the libraries cost.
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');
const { randomUUID } = require('crypto');
const soap = require('soap');
const { RPCClient } = require('ocpp-rpc');

const [wsdlDir, centralUrl] = process.argv.slice(2);
const WSA = 'http://www.w3.org/2005/08/addressing';
const clients = new Map(); // identity -> Promise<RPCClient>

function clientOf(identity) {
  let client = clients.get(identity);
  if (!client) {
    const rpc = new RPCClient({
      endpoint: centralUrl,
      identity,
      protocols: ['ocpp1.6'],
      strictMode: false,
      pingIntervalMs: 0,
    });
    client = rpc.connect().then(() => rpc);
    client.catch(() => clients.delete(identity));
    clients.set(identity, client);
  }
  return client;
}

const text = (node) => (node && typeof node === 'object' ? node.$value : node);
const list = (node) => (node === undefined || node === null ? [] : Array.isArray(node) ? node : [node]);
const time = (value) => (value instanceof Date ? value.toISOString() : value);
const seconds = (value) => String(value).replace(/\.\d+Z$/, 'Z');

const integers = new Set(['connectorId', 'transactionId', 'meterStart', 'meterStop', 'reservationId']);

/** Copies the fields that are present; npm soap leaves the integers of these WSDLs as text. */
function pick(from, names) {
  const to = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined && value !== null) to[name] = integers.has(name) ? Number(value) : time(value);
  }
  return to;
}

const idTagInfo = (info) => (info ? pick(info, ['status', 'expiryDate', 'parentIdTag']) : undefined);

const sampled15 = { Amp: 'A', Volt: 'V' };
function meterValues15(values) {
  return list(values).map((v) => ({
    timestamp: time(v.timestamp),
    sampledValue: list(v.value).map((s) => {
      if (typeof s !== 'object') return { value: String(s) };
      const sample = { value: String(s.$value), ...s.attributes };
      if (sampled15[sample.unit]) sample.unit = sampled15[sample.unit];
      return sample;
    }),
  }));
}
function meterValues16(values) {
  return list(values).map((v) => ({
    timestamp: time(v.timestamp),
    sampledValue: list(v.sampledValue).map((s) =>
      pick(s, ['value', 'context', 'format', 'measurand', 'phase', 'location', 'unit']),
    ),
  }));
}

const status15 = { Occupied: 'Charging' };
const error15 = { Mode3Error: 'EVCommunicationError' };

/** action -> [SOAP request -> CALL payload, CALLRESULT payload -> SOAP response]; `v` is "1.5" or "1.6". */
const actions = {
  Authorize: [(q) => pick(q, ['idTag']), (r) => ({ idTagInfo: idTagInfo(r.idTagInfo) })],
  BootNotification: [
    (q) =>
      pick(q, [
        'chargePointVendor',
        'chargePointModel',
        'chargePointSerialNumber',
        'chargeBoxSerialNumber',
        'firmwareVersion',
        'iccid',
        'imsi',
        'meterType',
        'meterSerialNumber',
      ]),
    (r, v) => ({
      status: v === '1.5' && r.status === 'Pending' ? 'Rejected' : r.status,
      currentTime: seconds(r.currentTime),
      [v === '1.5' ? 'heartbeatInterval' : 'interval']: r.interval,
    }),
  ],
  Heartbeat: [() => ({}), (r) => ({ currentTime: seconds(r.currentTime) })],
  MeterValues: [
    (q, v) => ({
      ...pick(q, ['connectorId', 'transactionId']),
      meterValue: v === '1.5' ? meterValues15(q.values) : meterValues16(q.meterValue),
    }),
    () => ({}),
  ],
  StartTransaction: [
    (q) => pick(q, ['connectorId', 'idTag', 'timestamp', 'meterStart', 'reservationId']),
    (r) => ({ transactionId: r.transactionId, idTagInfo: idTagInfo(r.idTagInfo) }),
  ],
  StatusNotification: [
    (q, v) => {
      const p = pick(q, ['connectorId', 'errorCode', 'info', 'status', 'timestamp', 'vendorId', 'vendorErrorCode']);
      if (v === '1.5') {
        p.status = status15[p.status] || p.status;
        p.errorCode = error15[p.errorCode] || p.errorCode;
      }
      return p;
    },
    () => ({}),
  ],
  StopTransaction: [
    (q, v) => {
      const p = pick(q, ['idTag', 'meterStop', 'timestamp', 'transactionId', 'reason']);
      const data =
        v === '1.5'
          ? list(q.transactionData).flatMap((d) => meterValues15(d && d.values))
          : meterValues16(q.transactionData);
      if (data.length) p.transactionData = data;
      return p;
    },
    (r) => (r.idTagInfo ? { idTagInfo: idTagInfo(r.idTagInfo) } : {}),
  ],
};

function method(action, version) {
  const [toCall, toResponse] = actions[action];
  return (args, callback, headers) => {
    const identity = text(headers && headers.chargeBoxIdentity);
    clientOf(identity)
      .then((client) => client.call(action, toCall(args || {}, version)))
      .then((result) => callback(null, toResponse(result, version)))
      .catch((e) =>
        callback({
          Fault: {
            Code: { Value: 'soap:Receiver', Subcode: { Value: 'InternalError' } },
            Reason: { Text: e.message },
            statusCode: 500,
          },
        }),
      );
  };
}

function serve(server, version) {
  const port = {};
  for (const action of Object.keys(actions)) port[action] = method(action, version);
  const file = path.join(wsdlDir, version, 'central_system.wsdl');
  const services = { CentralSystemService: { CentralSystemServiceSoap12: port, CentralSystemServiceSoap: port } };
  const listener = soap.listen(server, {
    path: '/ocpp/' + version,
    services,
    xml: fs.readFileSync(file, 'utf8'),
    uri: file,
    forceSoap12Headers: true,
    wsdlOptions: { attributesKey: 'attributes' },
  });
  listener.addSoapHeader((name, args, headers) => {
    const id = text(headers && headers.MessageID);
    const relates = id ? `<wsa:RelatesTo xmlns:wsa="${WSA}">${id}</wsa:RelatesTo>` : '';
    return (
      `<wsa:Action xmlns:wsa="${WSA}">/${name}Response</wsa:Action>` +
      `<wsa:MessageID xmlns:wsa="${WSA}">urn:uuid:${randomUUID()}</wsa:MessageID>${relates}` +
      `<wsa:To xmlns:wsa="${WSA}">${WSA}/anonymous</wsa:To>`
    );
  });
}

const server = http.createServer((request, response) => {
  response.statusCode = 404;
  response.end();
});
server.keepAliveTimeout = 600000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  serve(server, '1.5');
  serve(server, '1.6');
  process.stdout.write(`listening soap=http://127.0.0.1:${server.address().port}/ocpp\n`);
});
process.on('SIGTERM', () => process.exit(0));
