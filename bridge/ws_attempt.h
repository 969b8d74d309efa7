// SPDX-License-Identifier: GPL-2.0-or-later
// A WebSocket link until it is open: name, addresses one after the other, upgrade (C5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "bridge/address_race.h"
#include "bridge/lws_sink.h"
#include "bridge/resolver.h"
#include "bridge/url.h"
#include "bridge/ws_client.h"

namespace bridge::detail {

class WsClientState;

/// Takes a connection away from libwebsockets at once; no event of it comes any more. Not from inside its own events.
void killConnection(lws* wsi);

/// What only connecting needs; destroyed when the link is open. The order and the times are those of AddressRace; an
/// address has done its part when it has answered the upgrade, whatever the answer. Destroying it gives up everything
/// but the connection that the owner has taken.
class WsAttempt final : AddressRace::Runner {
 public:
  class Owner {
   public:
    /// TCP is connected: the events of this connection come to the returned sink from now on.
    virtual LwsSink& take(lws* wsi) = 0;
    /// The connection taken last is of no use: the owner kills it.
    virtual void letGo() = 0;
    /// The end; may destroy the attempt. `httpStatus`: of a refused upgrade, else 0.
    virtual void failed(int httpStatus, std::string reason) = 0;

   protected:
    ~Owner() = default;
  };

  WsAttempt(WsClientState& state, WsTarget&& target, Owner& owner);
  ~WsAttempt();

  /// Why it cannot even begin; "" = it has.
  std::string start();
  int timeoutMs() const { return target_.connectTimeoutMs; }
  /// Of a refused upgrade, or 0.
  int httpStatus() const { return httpStatus_ == 101 ? 0 : httpStatus_; }

  // Events of the connection that the owner has taken:
  int appendHeaders(char** at, std::size_t room) const;
  /// The HTTP answer to the upgrade, whatever its status.
  int onUpgradeAnswer(lws* wsi);
  void onError(lws* wsi, const void* text, std::size_t size) { error_ = describe(wsi, text, size); }
  /// libwebsockets has given it up. May destroy the attempt.
  void onGone();

 private:
  static constexpr std::size_t none = AddressRace::mostAddresses;
  struct Lane;

  static std::string describe(lws* wsi, const void* text, std::size_t size);
  std::string begin(std::size_t index, const NetAddress& address) override;
  void giveUp(std::size_t index) override;
  void exhausted(const std::string& reason) override { owner_.failed(httpStatus(), reason); }
  lws* connectTo(const NetAddress& address, lws_vhost* vhost, Lane& lane);
  void onTcp(std::size_t index, lws* wsi);
  void onLaneGone(std::size_t index);

  WsClientState& state_;
  Owner& owner_;
  WsTarget target_;
  Url url_;
  AddressRace race_;
  std::map<std::size_t, std::shared_ptr<Lane>> lanes_;  // TCP not yet connected
  std::size_t taken_ = none;
  std::uint64_t question_ = 0;  // at the resolver
  int httpStatus_ = 0;
  bool wrongSubprotocol_ = false;
  std::string error_;
};

}  // namespace bridge::detail
