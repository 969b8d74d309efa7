// SPDX-License-Identifier: GPL-2.0-or-later
// The back-end of a Chaos: what it answers and what it has something against.
#pragma once

#include <algorithm>

#include "tests/support/chaos.h"

namespace test {

inline void Chaos::centralReplies() {
  if (calls_.empty()) return;
  const bool well = pick(4) != 0;
  const auto heard = std::find_if(calls_.begin(), calls_.end(),
                                  [](const auto& each) { return each.second.grudge.kind != Grudge::Kind::Silent; });
  if (heard == calls_.end()) return;
  const std::string id = heard->first;
  const Grudge grudge = heard->second.grudge;
  if (grudge.kind == Grudge::Kind::Closes && up_) return hangUp();
  answerCall(id, well && grudge.kind == Grudge::Kind::None);
}

/// Now and then the server says why, or others are closed as well.
inline void Chaos::hangUp() {
  static constexpr int codes[] = {1006, 1006, 1011, 1009, 1006, 1012};
  drain();
  commit();
  if (!up_) return;
  up_ = false;
  forget();
  ++closes_;
  tell("closes behind a CALL");
  session_->centralIsDown({true, 0, false, "x", codes[closes_ % std::size(codes)], closes_ % 7 == 0, false}, now_);
  if (closes_ % 5 == 0) session_->wasOutage();
}

inline void Chaos::answerCall(std::string id, bool well) {
  const Call call = calls_.at(id);
  calls_.erase(id);
  if (id == onWire_) onWire_.clear();
  const auto code = static_cast<ocpp::FaultCode>(pick(9));
  const bool minds = call.grudge.kind == Grudge::Kind::Refuses;
  ocpp::Result<ocpp::Response> result = ocpp::Fault{minds ? call.grudge.code : code, "x"};
  if (well) {
    ocpp::Response response = messages(ocpp::Encoding::Json16).response(call.action);
    if (auto* boot = std::get_if<ocpp::BootNotification::Response>(&response)) {
      if (finishing_ || pick(2) != 0) boot->status = ocpp::RegistrationStatus::Accepted;
      boot->interval = static_cast<int>(pick(600));
    }
    if (auto* begun = std::get_if<ocpp::StartTransaction::Response>(&response)) begun->transactionId.value = pick(8);
    result = response;
    books_.confirmed(call.key);
  }
  tell("result of " + id + (result ? "" : ": fault"));
  session_->fromCentral(session::CentralReply{id, std::move(result)}, now_);
  drain();
}

/// A patient back-end that takes everything: all that was kept for it must come.
inline void Chaos::deliverAll() {
  finishing_ = true;
  for (int i = 0; i < 2000; ++i) {
    commit();
    if (opening_) opening_ = false, up_ = true, session_->centralIsUp(now_);
    drain();
    while (!calls_.empty()) answerCall(calls_.begin()->first, true), commit();
    while (toCharger_ != 0) chargerReplies(), drain(), commit();
    if (!books_.anyWaits() && !opening_) break;
    pass(std::chrono::minutes(1));
  }
  books_.balance();
}

}  // namespace test
