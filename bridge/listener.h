// SPDX-License-Identifier: GPL-2.0-or-later
// A listening TCP socket on the loop.
#pragma once

#include <ev.h>

#include <cstdint>
#include <functional>
#include <string>

#include "bridge/loop.h"
#include "bridge/net_address.h"

namespace bridge {

/// Accepts connections until destroyed. `accepted` gets a non-blocking socket that it owns.
class Listener {
 public:
  using Accepted = std::function<void(int socket, const NetAddress& peer)>;

  /// `address` is an IP literal; port 0 lets the system choose. Throws std::runtime_error with the system's reason.
  Listener(Loop& loop, const std::string& address, std::uint16_t port, Accepted accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// When the process has no descriptor left for who wants to connect, `giveWay` is asked to close somebody (false: it
  /// cannot), and `tell` hears when that begins (true) and when it has been over for a while. Either may be empty.
  void onShortage(std::function<bool()> giveWay, std::function<void(bool)> tell);

  std::uint16_t port() const { return port_; }

 private:
  void onReadable(int events);
  bool relieve();
  bool somebodyWaits() const;

  Loop& loop_;
  ev_io watch_{};
  Timer pause_;  // out of descriptors: accept again later instead of spinning
  Timer calm_;   // since the last such moment
  std::function<bool()> giveWay_;
  std::function<void(bool)> tell_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  Accepted accepted_;
};

}  // namespace bridge
