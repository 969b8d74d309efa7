// SPDX-License-Identifier: GPL-2.0-or-later
// Effects in order behind commits.
#include "bridge/promises.h"

#include <algorithm>
#include <utility>

namespace bridge {

bool promises(const session::Effect& effect) {
  const auto* answer = std::get_if<session::AnswerCharger>(&effect);
  if (!answer || !answer->result) return false;
  const ocpp::Response& response = *answer->result;
  return ocpp::is<ocpp::StartTransaction>(response) || ocpp::is<ocpp::StopTransaction>(response) ||
         ocpp::is<ocpp::MeterValues>(response);
}

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
  if (const auto* keep = std::get_if<session::Keep>(&effect)) return change(false, keep->record);
  if (const auto* forget = std::get_if<session::Forget>(&effect)) return change(true, forget->record);
  if (std::holds_alternative<session::Note>(effect)) return execute_(std::move(effect));
  const Lane lane = laneOf(effect);
  if ((promises(effect) || lane == Lane::Store) && !unkept_.empty()) tryAgain();
  const Ticket ticket = std::holds_alternative<session::ToCentral>(effect) ? named_ : last_;
  if (laneIsFree(lane) && !store_->pending(ticket)) return say({lane, ticket, std::move(effect)});
  held_.push_back({lane, ticket, std::move(effect)});
}

void Promises::change(bool erase, const session::Record& record) {
  if (!unkept_.empty()) tryAgain();  // an older state must not overwrite a newer one
  hand({erase, record, 0});
}

void Promises::hand(Change change) {
  change.ticket = change.erase ? store_->erase(identity_, change.record) : store_->put(identity_, change.record);
  last_ = change.ticket;
  const auto* transaction = std::get_if<session::TransactionRecord>(&change.record);
  if (transaction && transaction->state != session::TransactionState::Closed) named_ = last_;
  pending_.push_back(std::move(change));
  store_->whenDurable(last_,
                      [this, alive = std::weak_ptr<bool>(alive_), ticket = last_](bool ok, const std::string& error) {
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
  const std::string key = keyOf(unkept.record);
  const auto same = [&](const Change& other) { return keyOf(other.record) == key; };
  unkept_.erase(std::remove_if(unkept_.begin(), unkept_.end(), same), unkept_.end());
  unkept_.push_back(std::move(unkept));
}

void Promises::settled(Ticket ticket, bool ok, const std::string& error) {
  while (!pending_.empty() && pending_.front().ticket <= ticket) {
    if (!ok && pending_.front().ticket == ticket) {
      error_ = error;
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
  if (promises(held.effect) && !unkept_.empty()) {
    auto& answer = std::get<session::AnswerCharger>(held.effect);
    answer.result = ocpp::Fault{ocpp::FaultCode::InternalError, "cannot be stored now, please repeat (" + error_ + ")"};
  }
  execute_(std::move(held.effect));
}

}  // namespace bridge
