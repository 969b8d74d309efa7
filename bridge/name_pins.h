// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses of host names, kept for a while: a name that changes its mind between two calls is not asked (WA-5).
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/net_address.h"

namespace bridge {

/// Knows no clock. At most `most` names; when it is full a new name is not kept.
class NamePins {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit NamePins(std::chrono::seconds lifetime, std::size_t most = 65536) : lifetime_(lifetime), most_(most) {}

  /// Null if the name is not known or its time is over.
  const std::vector<NetAddress>* find(const std::string& host, Time now);
  void keep(const std::string& host, const std::vector<NetAddress>& addresses, Time now);
  /// This one of its addresses could be reached: it is tried first as long as the name is kept.
  void prefer(const std::string& host, const NetAddress& address);
  /// None of its addresses could be reached: the next call asks again.
  void forget(const std::string& host) { pins_.erase(host); }
  std::size_t size() const { return pins_.size(); }

 private:
  struct Pin {
    std::vector<NetAddress> addresses;
    Time end;
  };
  std::chrono::seconds lifetime_;
  std::size_t most_;
  std::unordered_map<std::string, Pin> pins_;
};

}  // namespace bridge
