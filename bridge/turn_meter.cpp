// SPDX-License-Identifier: GPL-2.0-or-later
// A check watcher sees a turn begin, a prepare watcher sees it end.
#include "bridge/turn_meter.h"

#include <algorithm>
#include <ctime>

#include "bridge/watch.h"

namespace bridge {

namespace {

std::int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

std::int64_t threadTime() { return nanoseconds(CLOCK_THREAD_CPUTIME_ID); }

std::int64_t wallTime() { return nanoseconds(CLOCK_MONOTONIC); }

constexpr std::int64_t exactly = 1'000'000;  // nanoseconds up to which the wall will do
constexpr std::int64_t slotTime = 5'000'000'000;

}  // namespace

TurnMeter::TurnMeter(struct ev_loop* loop) : loop_(loop) {
  bindWatcher<EventSource::Other, &TurnMeter::begins>(begin_, *this);
  bindWatcher<EventSource::Other, &TurnMeter::ends>(end_, *this);
  ev_set_priority(&begin_, EV_MAXPRI);  // before everything else that was waited for
  ev_set_priority(&end_, EV_MINPRI);    // after what others do before the wait
  ev_check_start(loop_, &begin_);
  ev_prepare_start(loop_, &end_);
  ev_unref(loop_);  // they keep no loop alive
  ev_unref(loop_);
}

TurnMeter::~TurnMeter() {
  ev_ref(loop_);
  ev_ref(loop_);
  ev_check_stop(loop_, &begin_);
  ev_prepare_stop(loop_, &end_);
}

void TurnMeter::begins(int) {
  ++number_;
  startedAt_ = wallTime();
  if (since_ < exactly && cpuBefore_ != 0) return;
  cpuBefore_ = threadTime();
  since_ = 0;
}

void TurnMeter::ends(int) {
  if (startedAt_ < 0) return;
  const std::int64_t now = wallTime();
  const Time took = spentUntil(now);
  since_ += now - startedAt_;
  startedAt_ = -1;
  enter(took, now);
  if (took <= longest) return;
  ++tooLong_;
  if (tell_) tell_(took);
}

TurnMeter::Time TurnMeter::spent() const { return startedAt_ < 0 ? Time(0) : spentUntil(wallTime()); }

TurnMeter::Time TurnMeter::spentUntil(std::int64_t now) const {
  const std::int64_t wall = now - startedAt_;
  return Time((wall < exactly ? wall : std::min(wall, threadTime() - cpuBefore_)) / 1000);
}

void TurnMeter::enter(Time took, std::int64_t now) {
  ever_ = std::max(ever_, took);
  const std::int64_t number = now / slotTime;
  Slot& slot = lately_[static_cast<std::size_t>(number) % slots];
  if (slot.number != number) slot = {number, Time(0)};
  slot.longest = std::max(slot.longest, took);
}

TurnMeter::Time TurnMeter::longestLately() const {
  const std::int64_t oldest = wallTime() / slotTime - std::int64_t(slots) + 1;
  Time found{0};
  for (const Slot& slot : lately_)
    if (slot.number >= oldest) found = std::max(found, slot.longest);
  return found;
}

}  // namespace bridge
