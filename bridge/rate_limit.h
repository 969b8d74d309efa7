// SPDX-License-Identifier: GPL-2.0-or-later
// How often somebody may fail before he has to wait: token buckets in a bounded table.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/cidr.h"
#include "ocpp/time.h"

namespace bridge {

/// Each key has a bucket of `tokens` that fills up within `period`. A failure takes one; who has none left is
/// blocked until one has come back. Time is given by the caller.
class FailureLimit {
 public:
  /// Whom a failure is held against: an address (IPv6: its /64), or one claimed name at that address.
  struct Key {
    IpAddress address;
    std::size_t name = 0;  ///< 0 = the address itself, else nameHash().
    bool operator==(const Key& other) const { return address == other.address && name == other.name; }
  };
  static Key of(const IpAddress& address) { return {address.subscriber(), 0}; }
  static Key of(const IpAddress& address, std::string_view name);

  /// `tokens` 0 = nobody is ever blocked. At most `capacity` keys are remembered; the one whose last failure is
  /// longest ago is forgotten first.
  explicit FailureLimit(unsigned tokens, ocpp::Duration period = std::chrono::minutes(1), std::size_t capacity = 20000);

  void failed(const Key& key, ocpp::Steady now);
  /// How long the key has to wait, rounded up to seconds; 0 = it may try.
  int secondsBlocked(const Key& key, ocpp::Steady now) const;
  std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    Key key;
    ocpp::Steady full{};  ///< When all tokens are back.
  };
  using Buckets = std::list<Bucket>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return IpAddressHash()(key.address) ^ key.name; }
  };

  ocpp::Duration perToken_, whole_{};
  std::size_t capacity_;
  Buckets buckets_;  // longest ago first
  std::unordered_map<Key, Buckets::iterator, KeyHash> find_;
};

}  // namespace bridge
