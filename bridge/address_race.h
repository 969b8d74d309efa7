// SPDX-License-Identifier: GPL-2.0-or-later
// Which of a peer's addresses is tried when, so that one that is silent costs little (C5, RFC 8305).
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "bridge/loop.h"
#include "bridge/net_address.h"

namespace bridge {

/// The same addresses, IPv6 and IPv4 in turns, each family in its order, beginning with the first one's; at most 16.
std::vector<NetAddress> alternateFamilies(const std::vector<NetAddress>& addresses);

/// Decides, and opens nothing itself. The next address is tried when one has failed, or 250 ms after the last one was;
/// the first to connect wins, and the others are given up. It then must become useful (TLS, upgrade): if it fails, or
/// is silent for 5 s while others have not been tried (10 s: while others were given up), they are tried. At most 4 at
/// a time: when more wait, one has 5 s to connect. The end of all time is the owner's business. Loop thread only;
/// timers are steady.
class AddressRace {
 public:
  class Runner {
   public:
    /// Starts connecting; not "": why that failed at once. May call connected().
    virtual std::string begin(std::size_t lane, const NetAddress& address) = 0;
    /// Closes the connection of that lane, whatever its state.
    virtual void giveUp(std::size_t lane) = 0;
    /// No address is left; `reason` is the last one's. Called from a timer; may destroy the race.
    virtual void exhausted(const std::string& reason) = 0;

   protected:
    ~Runner() = default;
  };

  struct Times {
    std::chrono::milliseconds nextAfter{250}, patience{5000};
  };
  static constexpr std::size_t mostAtOnce = 4, mostAddresses = 16;

  AddressRace(Loop& loop, Runner& runner) : AddressRace(loop, runner, Times()) {}
  /// For tests.
  AddressRace(Loop& loop, Runner& runner, Times times) : runner_(runner), times_(times), timer_(loop) {}

  /// Begins with the first address, from inside start().
  void start(const std::vector<NetAddress>& addresses);
  /// The lane is connected: the others are given up.
  void connected(std::size_t lane);
  /// The lane is closed and of no use. The next one is begun later, never from inside failed().
  void failed(std::size_t lane, const std::string& reason);
  /// The lane that is connected is what was wanted: the race is over.
  void settled() { timer_.stop(); }
  /// Gives up all.
  void stop();

  const NetAddress& address(std::size_t lane) const { return lanes_[lane].address; }
  /// What went wrong last; "" = nothing yet.
  const std::string& lastError() const { return lastError_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class State : std::uint8_t { Waiting, Connecting, Overtaken, Connected, Failed };
  struct Lane {
    NetAddress address;
    State state = State::Waiting;
    Time since{};
  };

  void goOn();
  bool beginNext(Time now);
  void dropSilent(Time now);
  void wait(Time now);
  Time endOf(const Lane& lane) const;
  std::size_t count(State state) const;

  Runner& runner_;
  Times times_;
  Timer timer_;
  std::vector<Lane> lanes_;
  Time lastBegun_{};
  bool hurry_ = false;  // one has failed: the next need not wait
  std::string lastError_;
};

}  // namespace bridge
