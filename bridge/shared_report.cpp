// SPDX-License-Identifier: GPL-2.0-or-later
// Walks over the chargers in slices.
#include "bridge/shared_report.h"

#include <algorithm>
#include <utility>

#include "bridge/charger.h"

namespace bridge {

namespace {

constexpr std::size_t slice = 512;                                      // chargers, ...
constexpr TurnMeter::Time longestSlice = std::chrono::milliseconds(5);  // ... or so much of a turn
constexpr std::size_t betweenLooks = 32;                                // chargers between looks at the clock

HttpResponse asJson(const std::shared_ptr<const std::string>& text) {
  HttpResponse response = textResponse(200, "", "application/json");
  response.shared = text;
  return response;
}

}  // namespace

SharedReport::SharedReport(Loop& loop, const Shard& shard, std::chrono::milliseconds lifetime, Maker maker)
    : loop_(loop), shard_(shard), lifetime_(lifetime), maker_(std::move(maker)) {}

void SharedReport::answer(const Responder& responder) {
  if (!making_ && fresh()) return responder.respond(asJson(text_));
  waiting_.push_back(responder);
  if (!making_) begin();
}

void SharedReport::refresh() {
  if (!making_) begin();
}

bool SharedReport::fresh() const { return text_ && shard_.clock().steady() - made_ < lifetime_; }

void SharedReport::begin() {
  making_ = true;
  identities_.clear();
  identities_.reserve(shard_.chargers().size());
  for (const auto& [identity, charger] : shard_.chargers()) identities_.push_back(identity);
  if (maker_.inOrder) std::sort(identities_.begin(), identities_.end());
  next_ = 0;
  maker_.begin();
  step();
}

void SharedReport::step() {
  if (loop_.firewall().run(EventSource::Task, "report", [&] { goOn(); })) return;
  making_ = false;
  const std::vector<Responder> waiting = std::exchange(waiting_, {});
  for (const Responder& each : waiting) each.respond(textResponse(500, "internal error\n"));
}

void SharedReport::goOn() {
  const TurnMeter& turns = loop_.turns();
  const TurnMeter::Time until = turns.spent() + longestSlice;
  for (std::size_t i = 0; i < slice && next_ < identities_.size(); ++i) {
    if (i % betweenLooks == betweenLooks - 1 && turns.spent() > until) break;
    const auto found = shard_.chargers().find(identities_[next_++]);
    if (found != shard_.chargers().end()) maker_.add(found->first, *found->second);
  }
  if (next_ == identities_.size()) return end();
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) step();
  });
}

void SharedReport::end() {
  identities_ = {};
  making_ = false;
  if (maker_.counted) maker_.counted();
  if (waiting_.empty()) return;
  text_ = std::make_shared<const std::string>(maker_.end());
  made_ = shard_.clock().steady();
  const std::vector<Responder> waiting = std::exchange(waiting_, {});
  for (const Responder& each : waiting) each.respond(asJson(text_));
  if (lifetime_.count() == 0) text_.reset();
}

}  // namespace bridge
