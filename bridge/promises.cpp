// SPDX-License-Identifier: GPL-2.0-or-later
// Effects in order behind commits.
#include "bridge/promises.h"

#include <algorithm>
#include <utility>

namespace bridge {

Promises::Promises(Store* store, std::string identity, Execute execute)
    : store_(store), identity_(std::move(identity)), execute_(std::move(execute)) {}

Promises::Lane Promises::laneOf(const session::Effect& effect) {
  if (std::holds_alternative<session::AnswerCharger>(effect) || std::holds_alternative<session::ToCharger>(effect))
    return Lane::Charger;
  const bool asks =
      std::holds_alternative<session::LoadQueued>(effect) || std::holds_alternative<session::FindTransaction>(effect);
  return asks ? Lane::Store : Lane::Central;
}

bool Promises::laneIsFree(Lane lane) const {
  return std::none_of(held_.begin(), held_.end(), [&](const Held& held) { return held.lane == lane; });
}

void Promises::take(session::Effect&& effect) {
  if (!store_) {
    if (!std::holds_alternative<session::Keep>(effect) && !std::holds_alternative<session::Forget>(effect))
      execute_(std::move(effect));
    return;
  }
  if (auto* kept = std::get_if<session::Keep>(&effect)) return change({std::move(kept->record)});
  if (auto* forget = std::get_if<session::Forget>(&effect)) return change({Erase{std::move(forget->record)}});
  if (std::holds_alternative<session::Note>(effect)) return execute_(std::move(effect));
  const Lane lane = laneOf(effect);
  if ((session::promises(effect) || lane == Lane::Store) && !unkept_.empty()) tryAgain();
  const Ticket ticket = std::holds_alternative<session::ToCentral>(effect) ? named_ : last_;
  if (laneIsFree(lane) && !store_->pending(ticket)) return say({lane, ticket, std::move(effect)});
  held_.push_back({lane, ticket, std::move(effect)});
}

void Promises::keep(ChargerRow row, bool awaited) {
  if (store_) change({std::move(row), awaited});
}

/// Names what a change is about: a newer one takes the place of an older one that could not be kept.
std::string Promises::nameOf(const Change& change) {
  if (const auto* erase = std::get_if<Erase>(&change.what)) return keyOf(erase->record);
  const auto* record = std::get_if<StoredRecord>(&change.what);
  return record ? keyOf(*record) : "row";
}

void Promises::change(Change change) {
  if (!unkept_.empty()) {  // an older state must not overwrite a newer one
    const std::string name = nameOf(change);
    const auto same = [&](const Change& other) { return nameOf(other) == name; };
    unkept_.erase(std::remove_if(unkept_.begin(), unkept_.end(), same), unkept_.end());
    tryAgain();
  }
  hand(std::move(change));
}

void Promises::hand(Change change) {
  if (const auto* erase = std::get_if<Erase>(&change.what))
    change.ticket = store_->erase(identity_, erase->record);
  else if (const auto* record = std::get_if<StoredRecord>(&change.what))
    change.ticket = store_->put(identity_, *record);
  else
    change.ticket = store_->putCharger(std::get<ChargerRow>(change.what));
  const Ticket ticket = change.ticket;
  if (change.awaited) last_ = ticket;
  const auto* record = std::get_if<StoredRecord>(&change.what);
  const auto* transaction = record ? std::get_if<session::TransactionRecord>(record) : nullptr;
  if (transaction && transaction->state != session::TransactionState::Closed) named_ = ticket;
  pending_.push_back(std::move(change));
  store_->whenDurable(ticket, [this, alive = std::weak_ptr<bool>(alive_), ticket](bool ok, const std::string& error) {
    if (!alive.expired()) settled(ticket, ok, error);
  });
}

void Promises::tryAgain() {
  std::vector<Change> again;
  again.swap(unkept_);
  for (Change& each : again) hand(std::move(each));
}

/// Only the newest state of a record is worth another try; so a full disk does not fill the memory.
void Promises::remember(Change&& unkept) {
  const std::string name = nameOf(unkept);
  const auto same = [&](const Change& other) { return nameOf(other) == name; };
  unkept_.erase(std::remove_if(unkept_.begin(), unkept_.end(), same), unkept_.end());
  unkept_.push_back(std::move(unkept));
}

void Promises::settled(Ticket ticket, bool ok, const std::string& error) {
  while (!pending_.empty() && pending_.front().ticket <= ticket) {
    if (!ok && pending_.front().ticket == ticket) {
      error_ = error;
      for (Held& held : held_) held.broken = held.broken || held.ticket >= ticket;
      remember(std::move(pending_.front()));
    }
    pending_.pop_front();
  }
  for (auto next = held_.begin(); next != held_.end();) {
    const bool first = std::none_of(held_.begin(), next, [&](const Held& held) { return held.lane == next->lane; });
    if (!first || store_->pending(next->ticket)) {
      ++next;
      continue;
    }
    Held released = std::move(*next);
    held_.erase(next);
    say(std::move(released));
    next = held_.begin();  // whatever that has led to
  }
  if (released_) released_();
}

void Promises::say(Held&& held) {
  if (held.broken && session::promises(held.effect)) return refuse(held.effect);
  execute_(std::move(held.effect));
}

void Promises::refuse(session::Effect& effect) {
  if (auto* answer = std::get_if<session::AnswerCharger>(&effect)) {
    answer->result =
        ocpp::Fault{ocpp::FaultCode::InternalError, "cannot be stored now, please repeat (" + error_ + ")"};
  } else if (auto* told = std::get_if<session::AnswerCentral>(&effect)) {
    told->result = ocpp::Response(ocpp::ChangeConfiguration::Response{ocpp::ConfigurationStatus::Rejected});
  } else {
    if (refused_) refused_(effect);
    return;
  }
  execute_(std::move(effect));
}

}  // namespace bridge
