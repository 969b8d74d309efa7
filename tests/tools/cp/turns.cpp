// SPDX-License-Identifier: GPL-2.0-or-later
// Who acts next, and when enough was said.
#include "tests/tools/cp/turns.h"

#include <algorithm>

namespace cp {

namespace {

constexpr auto pacePeriod = std::chrono::milliseconds(10);
// Turns in which nothing is said, one after the other, before others get the loop.
constexpr int mostSilent = 100;

}  // namespace

Turns::Turns(Wire& wire) : wire_(wire), again_(wire.loop()), pace_(wire.loop()) {}

std::size_t Turns::add(Point& point, Sessions& sessions) {
  waiting_.push_back(members_.size());
  members_.push_back({&point, &sessions});
  return members_.size() - 1;
}

void Turns::run(std::uint64_t requests, Done done) {
  before_ = wire_.numbers();
  since_ = std::chrono::steady_clock::now();
  until_ = before_.sent + requests;
  done_ = std::move(done);
  go();
}

void Turns::runAt(int perSecond) {
  until_ = wire_.numbers().sent;
  since_ = std::chrono::steady_clock::now();
  pace_.startEvery(pacePeriod, [this, perSecond, first = until_] {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - since_;
    until_ = first + static_cast<std::uint64_t>(time.count() * perSecond);
    go();
  });
}

void Turns::changed(std::size_t number) {
  Member& member = members_[number];
  if (!member.acting || !member.point->quiet()) return;
  member.acting = false;
  --acting_;
  waiting_.push_back(number);
  if (!going_) again_.start(std::chrono::milliseconds(0), [this] { go(); });  // the station is still telling us things
}

bool Turns::wanted() const { return wire_.numbers().sent < until_; }

void Turns::go() {
  going_ = true;
  const auto most = static_cast<std::size_t>(wire_.options().atOnce);
  int silent = 0;
  while (wanted() && acting_ < most && !waiting_.empty() && silent < mostSilent) {
    const std::size_t number = waiting_.front();
    waiting_.pop_front();
    silent = turn(members_[number]) ? 0 : silent + 1;
    if (!members_[number].acting) waiting_.push_back(number);
  }
  going_ = false;
  if (silent == mostSilent) again_.start(std::chrono::milliseconds(1), [this] { go(); });
  if (!done_ || wanted() || acting_ > 0) return;
  const Done done = std::exchange(done_, nullptr);
  done(wire_.numbers().since(before_), std::chrono::steady_clock::now() - since_);
}

bool Turns::turn(Member& member) {
  Point& point = *member.point;
  const auto station = point.untilDue(), session = member.sessions->untilDue();
  if (!point.quiet() || (!station && !session)) return false;
  const std::uint64_t before = wire_.numbers().sent;
  point.live(std::min(station.value_or(Moment::max()), session.value_or(Moment::max())));
  member.sessions->look(point.clock());
  if (!point.quiet()) {
    member.acting = true;
    ++acting_;
  }
  return wire_.numbers().sent != before;
}

}  // namespace cp
