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

  std::uint16_t port() const { return port_; }

 private:
  void onReadable();

  Loop& loop_;
  ev_io watch_{};
  Timer pause_;  // out of descriptors: accept again later instead of spinning
  int socket_ = -1;
  std::uint16_t port_ = 0;
  Accepted accepted_;
};

}  // namespace bridge
