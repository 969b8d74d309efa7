// SPDX-License-Identifier: GPL-2.0-or-later
// OutageWatch: is a back-end away, or has it closed one link because of what that said (ER-3)?
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "ocpp/time.h"

namespace bridge {

/// Counts the open links to each back-end and remembers who has lost one lately. An outage is when links of at least
/// two chargers, and a tenth of that back-end's links, are lost within ten seconds.
class OutageWatch {
 public:
  static constexpr ocpp::Duration window = std::chrono::seconds(10);

  void opened(const std::string& backend) { ++backends_[backend].open; }
  /// We have closed it ourselves: that tells nothing about the back-end.
  void left(const std::string& backend) {
    Backend& links = backends_[backend];
    if (links.open > 0) --links.open;
  }
  /// The back-end closed it, or it was lost. Gives the chargers that are now known to be hit by an outage, each once:
  /// this one among them, and others whose loss was not known to be one when it came.
  std::vector<std::string> lost(const std::string& backend, const std::string& charger, ocpp::Steady now) {
    Backend& links = backends_[backend];
    if (links.open > 0) --links.open;
    forget(links, now - window);
    links.lost.push_back({now, charger});
    links.untold.push_back({now, charger});
    ++links.times[charger];
    const std::size_t hit = links.times.size(), all = links.open + hit;
    std::vector<std::string> told;
    if (hit < 2 || hit * 10 < all) return told;
    for (Loss& loss : links.untold) told.push_back(std::move(loss.charger));
    links.untold.clear();
    return told;
  }

 private:
  struct Loss {
    ocpp::Steady at;
    std::string charger;
  };
  struct Backend {
    std::size_t open = 0;
    std::deque<Loss> lost;                               ///< Of the last ten seconds, oldest first.
    std::unordered_map<std::string, std::size_t> times;  ///< How often each charger is among them.
    std::vector<Loss> untold;
  };
  static void forget(Backend& links, ocpp::Steady before) {
    for (; !links.lost.empty() && links.lost.front().at < before; links.lost.pop_front()) {
      const auto entry = links.times.find(links.lost.front().charger);
      if (--entry->second == 0) links.times.erase(entry);
    }
    const auto old = [&](const Loss& loss) { return loss.at < before; };
    if (links.lost.empty()) links.untold.clear();
    links.untold.erase(std::remove_if(links.untold.begin(), links.untold.end(), old), links.untold.end());
  }

  std::unordered_map<std::string, Backend> backends_;
};

}  // namespace bridge
