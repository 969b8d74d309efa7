// SPDX-License-Identifier: GPL-2.0-or-later
// One timer for all lanes: the next address, and the end of those that are silent.
#include "bridge/address_race.h"

#include <algorithm>

namespace bridge {

using std::chrono::steady_clock;

std::vector<NetAddress> alternateFamilies(const std::vector<NetAddress>& addresses) {
  std::vector<NetAddress> one, other, out;
  for (const NetAddress& each : addresses) (each.family() == addresses.front().family() ? one : other).push_back(each);
  for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
    if (i < one.size()) out.push_back(one[i]);
    if (i < other.size()) out.push_back(other[i]);
  }
  if (out.size() > AddressRace::mostAddresses) out.resize(AddressRace::mostAddresses);
  return out;
}

void AddressRace::start(const std::vector<NetAddress>& addresses) {
  lanes_.clear();
  for (const NetAddress& each : alternateFamilies(addresses)) lanes_.push_back({each, State::Waiting, {}});
  hurry_ = true;
  goOn();
}

std::size_t AddressRace::count(State state) const {
  return static_cast<std::size_t>(
      std::count_if(lanes_.begin(), lanes_.end(), [&](const Lane& lane) { return lane.state == state; }));
}

void AddressRace::goOn() {
  const Time now = steady_clock::now();
  dropSilent(now);
  while (count(State::Connected) == 0 && beginNext(now)) {}
  wait(now);
}

/// False: not now.
bool AddressRace::beginNext(Time now) {
  if (!hurry_ && now - lastBegun_ < times_.nextAfter) return false;
  const auto in = [](State state) { return [state](const Lane& lane) { return lane.state == state; }; };
  auto next = std::find_if(lanes_.begin(), lanes_.end(), in(State::Waiting));
  if (next == lanes_.end()) next = std::find_if(lanes_.begin(), lanes_.end(), in(State::Overtaken));
  if (next == lanes_.end() || count(State::Connecting) >= mostAtOnce) return false;
  next->state = State::Connecting;
  next->since = lastBegun_ = now;
  hurry_ = false;
  const std::string problem = runner_.begin(static_cast<std::size_t>(next - lanes_.begin()), next->address);
  if (!problem.empty()) {
    next->state = State::Failed;
    lastError_ = problem;
    hurry_ = true;
  }
  return true;
}

/// When a lane gives way to those that wait for their turn; those that were overtaken by it are less promising.
AddressRace::Time AddressRace::endOf(const Lane& lane) const {
  const bool full = lane.state == State::Connecting && count(State::Connecting) >= mostAtOnce;
  if (lane.state != State::Connected && !full) return Time::max();
  if (count(State::Waiting) > 0) return lane.since + times_.patience;
  return count(State::Overtaken) > 0 ? lane.since + 2 * times_.patience : Time::max();
}

void AddressRace::dropSilent(Time now) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (now < endOf(lane)) continue;
    lane.state = State::Failed;
    lastError_ = lane.address.host() + " is silent";
    hurry_ = true;
    runner_.giveUp(i);
  }
}

void AddressRace::wait(Time now) {
  const bool waiting = count(State::Waiting) + count(State::Overtaken) > 0;
  const bool connected = count(State::Connected) > 0;
  if (!waiting && !connected && count(State::Connecting) == 0) {
    timer_.start(std::chrono::milliseconds(0), [this] { runner_.exhausted(lastError_); });
    return;
  }
  if (!waiting) return timer_.stop();
  Time due = Time::max();
  if (!connected && count(State::Connecting) < mostAtOnce) due = hurry_ ? now : lastBegun_ + times_.nextAfter;
  for (const Lane& lane : lanes_) due = std::min(due, endOf(lane));
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
  timer_.start(std::max(left, std::chrono::milliseconds(0)), [this] { goOn(); });
}

void AddressRace::connected(std::size_t lane) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (i == lane || lanes_[i].state != State::Connecting) continue;
    lanes_[i].state = State::Overtaken;
    runner_.giveUp(i);
  }
  lanes_[lane].state = State::Connected;
  lanes_[lane].since = steady_clock::now();
  wait(lanes_[lane].since);
}

void AddressRace::failed(std::size_t lane, const std::string& reason) {
  lanes_[lane].state = State::Failed;
  lastError_ = reason;
  hurry_ = true;
  timer_.start(std::chrono::milliseconds(0), [this] { goOn(); });
}

void AddressRace::stop() {
  timer_.stop();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].state != State::Connecting && lanes_[i].state != State::Connected) continue;
    lanes_[i].state = State::Failed;
    runner_.giveUp(i);
  }
}

}  // namespace bridge
