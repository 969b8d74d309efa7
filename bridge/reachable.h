// SPDX-License-Identifier: GPL-2.0-or-later
// Reachable: when one charger's link to a back-end comes up, the others of that back-end are told (SM-2).
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/deadlines.h"

namespace bridge {

/// Tells the chargers of a back-end a few per turn of the loop, so that 20,000 of them hold up nobody, and a back-end
/// at most every `apart`, however many links come up: whoever comes up meanwhile causes one more round behind it.
class Reachable : private Deadlines::Node {
 public:
  static constexpr std::size_t slice = 500;
  static constexpr ocpp::Duration apart = std::chrono::seconds(10);

  /// All identities that have this back-end now.
  using Members = std::function<std::vector<std::string>(const std::string& backend)>;
  /// Called for each; an identity may be gone by then.
  using Tell = std::function<void(const std::string& identity)>;
  Reachable(Deadlines& deadlines, const Clock& clock, Members members, Tell tell);

  /// A link to that back-end is up.
  void linkUp(const std::string& backend);

 private:
  struct Round {
    ocpp::Steady begun{};
    bool again = false;                ///< Another link came up since.
    std::vector<std::string> waiting;  ///< Not told yet.
  };

  void onDeadline() override;
  void begin(const std::string& backend, Round& round);
  void rearm();

  Deadlines& deadlines_;
  const Clock& clock_;
  Members members_;
  Tell tell_;
  std::unordered_map<std::string, Round> rounds_;  ///< By back-end; those of the last `apart` only.
};

}  // namespace bridge
