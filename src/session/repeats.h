// SPDX-License-Identifier: GPL-2.0-or-later
// Repeats: answers given a short while ago, for requests that come again byte by byte (SM-7 key 1).
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/effect.h"

namespace session {

/// The last few answers. Bounded.
class Repeats {
 public:
  static constexpr std::size_t most = 4;
  static constexpr ocpp::Duration timeToLive = std::chrono::minutes(10);

  /// Nothing when the request has no MessageID (vector 69) or no digest.
  static std::optional<std::size_t> keyOf(const ChargerRequest& request) {
    if (request.messageId.empty() || request.bodyDigest.empty()) return std::nullopt;
    const std::hash<std::string> hash;
    return hash(request.messageId) * 31 + hash(request.bodyDigest);
  }

  void put(std::size_t key, const ocpp::Response& response, ocpp::Steady now) {
    const auto same = [&](const Answer& answer) { return answer.key == key; };
    answers_.erase(std::remove_if(answers_.begin(), answers_.end(), same), answers_.end());
    if (answers_.size() == most) answers_.erase(answers_.begin());
    answers_.push_back({key, now, response});
  }
  const ocpp::Response* find(std::size_t key, ocpp::Steady now) const {
    for (const Answer& answer : answers_)
      if (answer.key == key && now - answer.at <= timeToLive) return &answer.response;
    return nullptr;
  }

 private:
  struct Answer {
    std::size_t key;
    ocpp::Steady at;
    ocpp::Response response;
  };
  std::vector<Answer> answers_;
};

}  // namespace session
