// SPDX-License-Identifier: GPL-2.0-or-later
// Boot with retries, heartbeats and the clock (OCPP 1.6 sections 4.2 and 4.6).
#include "ocpp/plausible.h"
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

constexpr Duration clockJitter = std::chrono::seconds(1);
constexpr Duration clockSetEvery = std::chrono::hours(24);
constexpr Duration clockKeptEvery = std::chrono::hours(1);

}  // namespace

void Station::Impl::booted(const BootNotification::Response& response, Steady now) {
  const bool first = !registered();
  registration_ = response.status;
  bootBackoff_ = {};
  bootAt_.reset();
  setClock(response.currentTime, now);
  if (response.status == RegistrationStatus::Accepted) {
    if (response.interval > 0) {
      const std::string interval = std::to_string(response.interval);
      if (configuration_.text(Key::HeartbeatInterval) != interval &&
          configuration_.restore("HeartbeatInterval", interval))
        keep("config/HeartbeatInterval", interval);
    }
    if (first) announceAll(false, now);
    return;
  }
  bootAt_ =
      now + (response.interval > 0 ? Steady(std::chrono::seconds(response.interval)) : settings_.bootRetryDefault);
  note(Level::Warning, response.status == RegistrationStatus::Pending ? "the central system says: registration pending"
                                                                      : "the central system rejects this charge point");
}

void Station::Impl::bootUnanswered(Steady now) {
  bootBackoff_ =
      bootBackoff_ == Steady{} ? settings_.bootRetryFirst : std::min(bootBackoff_ * 2, settings_.bootRetryMost);
  if (!registered()) bootAt_ = now + bootBackoff_;
}

void Station::Impl::setClock(const DateTime& utc, Steady now) {
  if (!isPlausible(utc.at)) return note(Level::Warning, "the central system's clock is not set; its time is ignored");
  clockSetAt_ = now;
  const Duration offset = utc.at - Instant(now);
  const Duration change = offset - clockOffset_;
  if (clockKnown_ && change < clockJitter && change > -clockJitter) return;
  clockOffset_ = offset;
  emit(SetClock{utc.at});
  if (change < Duration{}) clockSetBack(now);
  if (!clockKnown_) {
    clockKnown_ = true;
    queue_.shiftClock(change);
    for (Connector& c : connectors_) {
      Transaction* transaction = c.unreported();
      if (!transaction || transaction->clockKnown) continue;
      transaction->clockKnown = true;
      transaction->start.at += change;
      transaction->last.at += change;
      if (c.ending) c.ending->stop.at.at += change;
      for (auto& [number, value] : c.stopData) {
        value.timestamp.at += change;
        keep("stopData/" + std::to_string(c.id) + "/" + std::to_string(number), toRecord(value));
      }
      keepTransaction(c);
    }
  }
  planAligned(now);
}

// Without a battery-backed clock the last time that is known to have been stands in for the time, until the central
// system tells it: profiles with absolute times and tags that expire are judged by it, instead of by 1970.
void Station::Impl::recallClock(const PowerUp& state, Steady now) {
  clockKnown_ = state.clock.has_value();
  if (state.clock)
    clockOffset_ = *state.clock - Instant(now);
  else if (keptClock_)
    clockOffset_ = *keptClock_ - Instant(now);
  clockSetBack(now);
}

void Station::Impl::keepClock(Steady now) {
  const Instant at = wall(now);
  if (!clockKnown_ || (keptClock_ && at >= *keptClock_ && at - *keptClock_ < clockKeptEvery)) return;
  keptClock_ = at;
  keep("clock", toRecord(stamp(now)));
}

void Station::Impl::clockSetBack(Steady now) {
  const Profiles before = profiles_.all();
  profiles_.clockSetBack(wall(now));
  keepProfiles(before);
}

// Any message heard counts as a heartbeat; only the clock wants one of its own now and then.
std::optional<Steady> Station::Impl::heartbeatDue() const {
  if (!online()) return std::nullopt;
  const bool asked = std::any_of(outbox_.begin(), outbox_.end(),
                                 [](const Outgoing& each) { return each.purpose == Purpose::Heartbeat; });
  if (asked || (inFlight_ && inFlight_->message.purpose == Purpose::Heartbeat)) return std::nullopt;
  const Steady due = lastHeard_ + seconds(Key::HeartbeatInterval);
  return clockSetAt_ ? std::min(due, *clockSetAt_ + clockSetEvery) : due;
}

void Station::Impl::tickRegistration(Steady now) {
  const auto due = heartbeatDue();
  if (due && now >= *due) enqueue(Purpose::Heartbeat, Heartbeat::Request{});
}

}  // namespace station
