// SPDX-License-Identifier: GPL-2.0-or-later
// Name resolution on the loop: every name by itself, so that none waits behind one that nobody answers for (C5).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/net_address.h"

namespace bridge {

class Loop;

struct Resolved {
  std::vector<NetAddress> addresses;  // in the order of preference (RFC 6724), with the port that was asked for
  std::string error;                  // why there are none
};

struct ResolverOptions {
  std::chrono::milliseconds firstTry{2000};     // for the first answer of a name server; doubled with each round
  int tries = 3;                                // rounds through the name servers
  std::chrono::milliseconds otherFamily{1000};  // then IPv4 addresses alone are enough
  std::chrono::milliseconds total{15000};       // for a name, whatever the system's settings say
  std::size_t most = 128;                       // names being asked; for one more the oldest gives way
  std::string servers;                          // "127.0.0.1:5353,..."; "" = those of /etc/resolv.conf. For tests
};

/// Loop thread only. Questions for a name that is already being asked share one look-up. Nothing is cached. The
/// system's files are read anew for each look-up.
class Resolver {
 public:
  using Done = std::function<void(Resolved&&)>;

  explicit Resolver(Loop& loop);
  /// Forgets all questions.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// For the look-ups that begin from now on.
  void setOptions(ResolverOptions options);
  /// Calls `done` later on the loop, never from inside resolve(). IP literals, in whatever spelling, need no look-up.
  /// Returns an id for cancel().
  std::uint64_t resolve(const std::string& host, std::uint16_t port, Done done);
  /// After it `done` is not called any more; an unknown id is ignored. A look-up that nobody waits for is ended.
  void cancel(std::uint64_t id);
  /// Names being asked.
  std::size_t asking() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bridge
