// SPDX-License-Identifier: GPL-2.0-or-later
// A TCP connection to one of several addresses: the first that takes it (C5).
#pragma once

#include <ev.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "bridge/address_race.h"
#include "bridge/loop.h"
#include "bridge/net_address.h"

namespace bridge {

/// The order and the times are those of AddressRace. Loop thread only.
class Dial final : AddressRace::Runner {
 public:
  class Owner {
   public:
    /// Asked for every address just before it is connected to: "" = go on, else why not.
    virtual std::string refusal(const NetAddress& address) = 0;
    /// A non-blocking socket, from now on the owner's. The others are closed. May destroy the Dial.
    virtual void connected(int socket, const NetAddress& address) = 0;
    /// The connected socket was of no use in time: the owner closes it, and must not destroy the Dial.
    virtual void giveUp() = 0;
    /// No address is left. May destroy the Dial.
    virtual void unreachable(const std::string& reason) = 0;

   protected:
    ~Owner() = default;
  };

  Dial(Loop& loop, Owner& owner) : loop_(loop), owner_(owner), race_(loop, *this) {}
  ~Dial() { stop(); }
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

  /// `source` is numeric: where connections leave from; "" = as the system routes.
  void start(const std::vector<NetAddress>& addresses, std::string source);
  /// The owner has closed the connected socket: it was of no use. The next address is tried later.
  void failed(const std::string& reason);
  /// The connected socket is what was wanted.
  void settled();
  /// Closes what is not connected; the connected socket stays the owner's.
  void stop();
  /// It was our own lack of descriptors that kept us from connecting (C4).
  bool shortage() const { return shortage_; }

 private:
  static constexpr std::size_t none = AddressRace::mostAddresses;
  struct Lane {
    Dial* dial = nullptr;
    std::size_t index = 0;
    int socket = -1;
    ev_io io{};
    void ready(int) { dial->onWritable(*this); }
  };

  std::string begin(std::size_t index, const NetAddress& address) override;
  void giveUp(std::size_t index) override;
  void exhausted(const std::string& reason) override { owner_.unreachable(reason); }
  bool connectTo(const NetAddress& address, int socket) const;
  void onWritable(Lane& lane);
  void close(Lane& lane);

  Loop& loop_;
  Owner& owner_;
  AddressRace race_;
  std::map<std::size_t, Lane> lanes_;  // being connected
  std::size_t connected_ = none;
  std::string source_;
  bool shortage_ = false;
};

}  // namespace bridge
