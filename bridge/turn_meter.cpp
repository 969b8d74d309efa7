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

std::int64_t slotNumber() { return nanoseconds(CLOCK_MONOTONIC_COARSE) / 5'000'000'000; }

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
  startedAt_ = threadTime();
}

void TurnMeter::ends(int) {
  if (startedAt_ < 0) return;
  const Time took = spent();
  startedAt_ = -1;
  enter(took);
  if (took <= longest) return;
  ++tooLong_;
  if (tell_) tell_(took);
}

TurnMeter::Time TurnMeter::spent() const { return startedAt_ < 0 ? Time(0) : Time((threadTime() - startedAt_) / 1000); }

void TurnMeter::enter(Time took) {
  ever_ = std::max(ever_, took);
  const std::int64_t number = slotNumber();
  Slot& slot = lately_[static_cast<std::size_t>(number) % slots];
  if (slot.number != number) slot = {number, Time(0)};
  slot.longest = std::max(slot.longest, took);
}

TurnMeter::Time TurnMeter::longestLately() const {
  const std::int64_t oldest = slotNumber() - std::int64_t(slots) + 1;
  Time found{0};
  for (const Slot& slot : lately_)
    if (slot.number >= oldest) found = std::max(found, slot.longest);
  return found;
}

}  // namespace bridge
