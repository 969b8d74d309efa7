// SPDX-License-Identifier: GPL-2.0-or-later
// Name resolution off the loop: one thread asks the system's resolver, answers arrive on the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/net_address.h"

namespace bridge {

class Loop;

struct Resolved {
  std::vector<NetAddress> addresses;  // in the system's order of preference, with the port that was asked for
  std::string error;                  // why there are none
};

/// Loop thread only. Questions for a name that is already being asked share one look-up. Nothing is cached.
class Resolver {
 public:
  using Done = std::function<void(Resolved&&)>;

  explicit Resolver(Loop& loop);
  /// Forgets all questions; never waits for a look-up under way.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls `done` later on the loop, never from inside resolve(). IP literals need no look-up. Returns an id for
  /// cancel().
  std::uint64_t resolve(const std::string& host, std::uint16_t port, Done done);
  /// After it `done` is not called any more; an unknown id is ignored.
  void cancel(std::uint64_t id);

 private:
  struct Shared;
  static void work(const std::shared_ptr<Shared>& shared);
  std::shared_ptr<Shared> shared_;
};

}  // namespace bridge
