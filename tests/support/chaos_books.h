// SPDX-License-Identifier: GPL-2.0-or-later
// What must not be lost in a Chaos: which starts and stops were accepted, kept, delivered or given up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "session/effect.h"
#include "tests/support/random_message.h"

namespace test {

inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

/// The books of one charger's starts and stops, across power cuts. Entries that contradict each other throw.
class ChaosBooks {
 public:
  /// Names a start or stop by what no translation changes; "" for other messages.
  static std::string keyOf(const ocpp::Request& request) {
    if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request))
      return "start " + std::to_string(start->meterStart) + " " + dump(start->timestamp);
    if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request))
      return "stop " + std::to_string(stop->meterStop) + " " + dump(stop->timestamp);
    return "";
  }

  /// The back-end has answered it.
  void confirmed(const std::string& key) { safe_.insert(key); }
  /// The charger was told that it is taken, while what `onDisk` gives was there.
  void accepted(const std::string& key, const std::function<std::vector<session::Record>()>& onDisk) {
    require(settled(key) || stands(key, onDisk()), "accepted before it was safe: " + key);
    accepted_.insert(key);
  }
  void kept(const session::Record& record) {
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record))
      waiting_[queued->number] = keyOf(queued->request);
    const auto* letter = std::get_if<session::DeadLetterRecord>(&record);
    if (letter == nullptr) return;
    dead_.insert(keyOf(letter->request));
    for (const char* transient : {"InternalError", "GenericError", "SecurityError", "closed", "timeout"})
      require(letter->reason.rfind(transient, 0) != 0 || letter->attempts >= 32, "given up early: " + letter->reason);
  }
  /// Told to the charger.
  void answered(const ocpp::Response& response) {
    const auto* begun = std::get_if<ocpp::StartTransaction::Response>(&response);
    if (begun != nullptr && begun->transactionId.value >= 2'000'000'001)
      provisional_.insert(begun->transactionId.value);
  }
  /// Told to the back-end.
  void sent(const ocpp::Request& request) const {
    std::visit(
        [&](const auto& message) {
          ocpp::forEach<ocpp::TransactionId>(message, [&](ocpp::TransactionId id) {
            require(provisional_.count(id.value) == 0, "the back-end was told a number that is not its own");
          });
        },
        request);
  }
  void forgotten(const session::Record& record) {
    const auto* queued = std::get_if<session::QueuedRecord>(&record);
    if (queued == nullptr) return;
    const auto found = waiting_.find(queued->number);
    require(found != waiting_.end(), "forgot what was not kept");
    const std::string& key = found->second;
    require(key.empty() || settled(key), "forgot before it was delivered: " + key);
    waiting_.erase(found);
  }

  bool waits(std::uint64_t number) const { return waiting_.count(number) != 0; }
  bool anyWaits() const { return !waiting_.empty(); }
  /// What waits is only what is found on disk now: tell it by kept().
  void powerCut() { waiting_.clear(); }
  /// At the end, when the back-end has taken everything.
  void balance() const {
    require(waiting_.empty(), "a kept message was never delivered");
    for (const std::string& key : accepted_) require(settled(key), "lost: " + key);
  }

 private:
  bool settled(const std::string& key) const { return safe_.count(key) != 0 || dead_.count(key) != 0; }
  static bool stands(const std::string& key, const std::vector<session::Record>& stored) {
    return std::any_of(stored.begin(), stored.end(), [&](const session::Record& record) {
      const auto* queued = std::get_if<session::QueuedRecord>(&record);
      return queued != nullptr && keyOf(queued->request) == key;
    });
  }

  std::set<std::string> safe_;                    ///< Starts and stops that the back-end has confirmed.
  std::set<std::string> dead_;                    ///< Those that are dead letters.
  std::set<std::int64_t> provisional_;            ///< Numbers that the session has made up.
  std::set<std::string> accepted_;                ///< Those that the charger was told are taken.
  std::map<std::uint64_t, std::string> waiting_;  ///< Kept messages by number, with their keys.
};

}  // namespace test
