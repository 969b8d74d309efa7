// SPDX-License-Identifier: GPL-2.0-or-later
// For tests of the WebSocket client: an observed connection, an echo server of the bridge, and a server made of bytes.
#pragma once

#include <libwebsockets.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bridge/ws_client.h"
#include "bridge/ws_server.h"
#include "tests/unit/bridge/io_fixture.h"

namespace test {

using bridge::Loop;
using bridge::WsClient;
using bridge::WsClosed;
using bridge::WsConnection;
using bridge::WsServer;
using bridge::WsServerCallbacks;
using bridge::WsTarget;
using bridge::WsUpgrade;

/// A connection and what it saw.
struct Peer {
  void connect(WsClient& client, const WsTarget& target) {
    connection = client.connect(
        target, {[this] { ++opened; }, [this](std::string&& text) { messages.push_back(std::move(text)); },
                 [this](WsClosed&& how) {
                   ++ended;
                   closed = std::move(how);
                 }});
  }
  std::unique_ptr<WsConnection> connection;
  int opened = 0;
  int ended = 0;
  std::vector<std::string> messages;
  WsClosed closed;
};

/// Echo server of the bridge.
struct EchoBench {
  EchoBench()
      : server(loop, "127.0.0.1", 0, {"ocpp1.6", "ocpp2.0.1"},
               WsServerCallbacks{[this](std::uint64_t id, const std::string& path, const std::string& subprotocol) {
                                   ids.push_back(id);
                                   opened.push_back(path + "|" + subprotocol);
                                   return path != "/refused";
                                 },
                                 [this](std::uint64_t id, std::string&& text) { server.send(id, "echo " + text); },
                                 [this](std::uint64_t) { ++gone; },
                                 [this](const WsUpgrade& upgrade) {
                                   authorization = upgrade.authorization;
                                   return upgrade.path == "/secret" ? 401 : 0;
                                 }}),
        client(loop) {}
  WsTarget target(const std::string& path = "/ocpp/CP1") const {
    WsTarget target;
    target.url = "ws://127.0.0.1:" + std::to_string(server.port()) + path;
    target.subprotocol = "ocpp1.6";
    return target;
  }

  Loop loop;
  std::vector<std::uint64_t> ids;
  std::vector<std::string> opened;
  std::string authorization;
  int gone = 0;
  WsServer server;
  WsClient client;
};

/// Upgrades any client correctly; frames are sent by hand.
struct RawBench {
  RawBench() : server(loop), client(loop) {
    server.onAccept = [this](RawPeer& peer) {
      peer.onData = [this, &peer] {
        if (upgraded || !peer.saw("\r\n\r\n")) return;
        upgraded = true;
        request = peer.received;
        peer.received.clear();
        peer.send(answer(request));
      };
    };
  }
  std::string answer(const std::string& from) const {
    const auto at = from.find("Sec-WebSocket-Key: ") + 19;
    const std::string text = from.substr(at, from.find("\r\n", at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char hash[20];
    lws_SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
    char accept[40];
    lws_b64_encode_string(reinterpret_cast<const char*>(hash), 20, accept, sizeof accept);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           std::string(accept) + "\r\n" + moreHeaders + "\r\n" + firstFrames;
  }
  WsTarget target(const std::string& path = "/") const {
    WsTarget target;
    target.url = server.url("ws", path);
    target.subprotocol = "ocpp1.6";
    return target;
  }
  RawPeer& raw() { return *server.peers.at(0); }
  void open(Peer& peer, const WsTarget& to) {
    peer.connect(client, to);
    waitFor(loop, "the upgrade", [&] { return peer.opened == 1; });
  }
  WsClosed refusedWith(const std::string& bytes) {
    server.onAccept = [bytes](RawPeer& peer) {
      peer.onData = [bytes, &peer] {
        if (!peer.saw("\r\n\r\n")) return;
        peer.send(bytes);
        peer.shutdownWrite();
      };
    };
    Peer peer;
    peer.connect(client, target());
    waitFor(loop, "the refusal", [&] { return peer.ended == 1; });
    CPPUNIT_ASSERT_EQUAL(0, peer.opened);
    return peer.closed;
  }

  Loop loop;
  RawServer server;
  WsClient client;
  bool upgraded = false;
  std::string request;
  std::string moreHeaders = "Sec-WebSocket-Protocol: ocpp1.6\r\n";
  std::string firstFrames;
};

inline std::string frame(int opcode, const std::string& payload, bool final = true) {
  std::string out(1, static_cast<char>((final ? 0x80 : 0) | opcode));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    out += {static_cast<char>(126), static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  } else {
    out += static_cast<char>(127);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
  }
  return out + payload;
}

}  // namespace test
