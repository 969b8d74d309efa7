// SPDX-License-Identifier: GPL-2.0-or-later
// Inside of the WebSocket client: one link's state machine and what all links share.
#pragma once

#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>

#include "bridge/lws_sink.h"
#include "bridge/tls_vhost.h"
#include "bridge/ws_attempt.h"
#include "bridge/ws_client.h"

namespace bridge::detail {

class WsLink;

class WsClientState {
 public:
  explicit WsClientState(Loop& theLoop) : loop(theLoop), random(std::random_device{}()) {}
  /// Null, and the reason in `error`, if the files cannot be used.
  lws_vhost* vhostFor(const WsTarget& target, bool secure, std::string& error);

  Loop& loop;
  std::minstd_rand random;  // jitter only
  std::string scratch;      // frame being sent, with libwebsockets' headroom in front
  std::size_t most = std::numeric_limits<std::size_t>::max();
  std::unordered_set<std::shared_ptr<WsLink>> links;  // those that have not come to their end

 private:
  std::map<std::string, ClientTls> contexts_;
};

/// Phases: Connecting -> Open -> Closing -> Ended. onClosed is called on the way to Ended; libwebsockets' part of the
/// connection may live a little longer. WsClientState::links keeps the link alive as long as anything may call it.
class WsLink final : public LwsSink, Deadlines::Node, WsAttempt::Owner, public std::enable_shared_from_this<WsLink> {
 public:
  WsLink(std::shared_ptr<WsClientState> state, WsTarget&& target, WsCallbacks&& callbacks);
  ~WsLink() = default;

  void start();
  bool send(std::string&& text);
  void close(int code, std::string&& reason);
  /// The owner is gone: no callback any more.
  void abandon();
  /// The client is going: abandons and kills at once. Not from inside libwebsockets' events.
  void discard();
  /// Takes the connection away from libwebsockets at once, without a callback. Not from inside its own events.
  void kill();
  bool isOpen() const { return phase_ == Phase::Open; }
  std::size_t queued() const { return queued_; }

  int onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) override;

 private:
  enum class Phase : std::uint8_t { Connecting, Open, Closing, Ended };

  void onDeadline() override;
  LwsSink& take(lws* wsi) override;
  void letGo() override;
  void failed(int httpStatus, std::string reason) override;
  void onEstablished();
  void onFrame(lws* wsi, std::string_view piece);
  void onPeerClose(const unsigned char* in, std::size_t len);
  int onWriteable(lws* wsi);
  int closeNow(lws* wsi);
  void onPingDue();
  bool writeFrame(std::string_view text, lws_write_protocol kind);
  void failLater(std::string reason);
  void end(int httpStatus, int code, std::string reason);
  void arm(int ms);
  /// Runs a callback of the owner. One that throws ends the connection (C6): here, since libwebsockets must not be
  /// made to close from inside RECEIVE.
  template <class Callback>
  void tell(Callback&& callback);

  std::shared_ptr<WsClientState> state_;
  WsCallbacks callbacks_;
  std::unique_ptr<WsAttempt> attempt_;  // until the link is open
  lws* wsi_ = nullptr;
  Phase phase_ = Phase::Connecting;
  bool abandoned_ = false;
  bool wasOpen_ = false;
  bool pingWanted_ = false;
  bool byUs_ = false;        // we have ended it
  bool closeSent_ = false;   // our close frame is with libwebsockets, which waits for the peer's
  bool heard_ = true;        // something came since the last ping
  std::uint8_t missed_ = 0;  // intervals in which nothing came
  int closeCode_ = 0;
  int pingIntervalMs_;
  std::size_t maxMessage_, maxQueued_;
  std::size_t queued_ = 0;  // bytes in outgoing_
  std::string closeReason_;
  std::string incoming_;             // fragments of the message being received
  std::list<std::string> outgoing_;  // waiting for the socket; usually empty
};

}  // namespace bridge::detail
