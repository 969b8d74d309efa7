// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of a session, and what each waits for.
#include "tests/tools/cp/session.h"

#include <algorithm>

namespace cp {

using namespace station;

namespace {

constexpr const char* waitedFor[] = {"it was not registered and free", "no transaction began", "",
                                     "the transaction did not end", "not everything was answered"};

}  // namespace

Sessions::Sessions(Point& point, std::string idTag, const Options& options, bridge::Loop& loop, Events events)
    : point_(point), idTag_(std::move(idTag)), options_(options), timer_(loop), events_(std::move(events)) {
  Point::Events watched;
  watched.changed = [this] {
    look();
    if (events_.changed) events_.changed();
  };
  watched.shown = [this](int, TagOutcome outcome) {
    if (step_ == Step::Start && outcome == TagOutcome::Refused) end("tag " + idTag_ + " was refused");
  };
  point_.watch(std::move(watched));
  if (options_.atOnce > 0)
    enter(Step::Pause, options_.pauseSeconds);
  else
    enter(Step::Begin, options_.run.patience);
}

void Sessions::enter(Step step, int seconds) {
  step_ = step;
  due_ = point_.clock() + std::chrono::seconds(seconds);
  if (options_.atOnce > 0 && ofTime()) return timer_.stop();
  timer_.start(std::chrono::seconds(seconds), [this] { onTimer(); });
}

std::optional<Moment> Sessions::untilDue() const {
  if (!ofTime()) return std::nullopt;
  return std::max(due_ - point_.clock(), Moment{});
}

void Sessions::look(Moment now) {
  if (ofTime() && now >= due_) onTimer();
}

void Sessions::onTimer() {
  const ocpp::IdToken tag(idTag_);
  if (step_ == Step::Charge) {
    enter(Step::Stop, options_.run.patience);
    point_.board([&](Station& station, Steady at) { station.tag(connector_, tag, at); });
  } else if (step_ == Step::Pause) {
    enter(Step::Begin, options_.run.patience);
    look();
  } else if (step_ != Step::Over) {
    end(waitedFor[static_cast<std::size_t>(step_)]);
  }
}

void Sessions::look() {
  again_ = true;
  if (looking_) return;
  looking_ = true;
  while (again_) {
    again_ = false;
    while (advance()) {}
  }
  looking_ = false;
}

/// True when a step was made.
bool Sessions::advance() {
  if (!point_.isOn()) return false;
  const View view = point_.view();
  const ConnectorView& connector = view.connectors[static_cast<std::size_t>(connector_) - 1];
  const bool ready = view.registration == ocpp::RegistrationStatus::Accepted && view.online;
  switch (step_) {
    case Step::Begin:
      if (!ready || connector.status != ocpp::ChargePointStatus::Available || !point_.quiet()) return false;
      enter(Step::Start, options_.run.patience);
      point_.plug(connector_, Plug::Connected);
      point_.board([&](Station& station, Steady at) { station.tag(connector_, ocpp::IdToken(idTag_), at); });
      return true;
    case Step::Start:
      if (!connector.transaction || !connector.transactionId) return false;
      enter(Step::Charge, options_.sessionSeconds);
      return true;
    case Step::Stop:
      if (connector.transaction) return false;
      enter(Step::Settle, options_.run.patience);
      point_.plug(connector_, Plug::None);
      return true;
    case Step::Settle:
      if (connector.status != ocpp::ChargePointStatus::Available || !point_.quiet()) return false;
      end("");
      return true;
    case Step::Charge:  // ended by somebody else
      if (connector.transaction) return false;
      enter(Step::Stop, options_.run.patience);
      return true;
    case Step::Pause:
    case Step::Over: break;
  }
  return false;
}

void Sessions::end(const std::string& problem) {
  if (point_.hardware().at(connector_).plug != Plug::None) point_.plug(connector_, Plug::None);
  ++done_;
  connector_ = connector_ % options_.connectors + 1;
  if (options_.sessions > 0 && done_ >= options_.sessions) {
    step_ = Step::Over;
    timer_.stop();
  } else {
    enter(Step::Pause, options_.pauseSeconds);
  }
  events_.ended(problem);
}

}  // namespace cp
