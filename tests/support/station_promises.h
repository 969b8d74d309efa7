// SPDX-License-Identifier: GPL-2.0-or-later
// What a station has accepted and must still know after a power cut.
#pragma once

#include "tests/support/station_harness.h"

namespace test {

struct StationPromises {
  std::map<std::string, std::string> values;  ///< Of configuration keys; "list": the version of the local list.
  std::set<int> outOfService;                 ///< Connectors.

  /// After a power-up. `ask` gives the answer to a request, or nothing if it was refused or the power is gone again.
  template <class Ask>
  void check(const StationHarness& h, Ask&& ask) const {
    for (const int c : outOfService)
      require(h.status(c) == ChargePointStatus::Unavailable || h.status(c) == ChargePointStatus::Faulted,
              "a connector out of service is in service after a power cut");
    for (const auto& [name, value] : values) {
      if (name == "list") {
        const auto answer = ask(GetLocalListVersion::Request{});
        const int version = answer ? std::get<GetLocalListVersion::Response>(*answer).listVersion : -1;
        require(version == -1 || std::to_string(version) == value, "the local list is not what was accepted");
      } else if (h.settings.version != Version::V12) {
        const auto answer = ask(GetConfiguration::Request{{ocpp::Key<50>(name)}});
        require(!answer || *std::get<GetConfiguration::Response>(*answer).configurationKey.at(0).value == value,
                name + " is not what was accepted");
      }
    }
  }
};

}  // namespace test
