// SPDX-License-Identifier: GPL-2.0-or-later
// What a station has accepted and must still know after a power cut; and what must hold at any time.
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

/// `most`: tenths of amperes that may flow together.
struct StationLaws {
  const StationHarness& h;
  std::int64_t most;

  void check() const {
    const View view = h.box->view();
    std::int64_t together = 0;
    for (int c = 1; c <= static_cast<int>(view.connectors.size()); ++c) {
      const ConnectorView& each = view.connectors[static_cast<std::size_t>(c) - 1];
      if (each.contactorClosed) energy(c, each, together);
      require(!each.transaction || h.outlets.silent(c) || each.status == ChargePointStatus::Charging ||
                  each.status == ChargePointStatus::SuspendedEV || each.status == ChargePointStatus::SuspendedEVSE ||
                  each.status == ChargePointStatus::Faulted,
              "a transaction does not show");
      require(each.status != ChargePointStatus::Charging || each.contactorClosed || each.ending,
              "Charging with an open contactor");
    }
    require(together <= most, "more than ChargePointMaxProfile: " + std::to_string(together));
    require(view.queued <= h.settings.capacity.queue, "the queue is above its capacity");
    require(h.journal.size() < 400, "the journal grows");
  }

 private:
  void energy(int c, const ConnectorView& view, std::int64_t& together) const {
    require(view.transaction, "energy without a transaction");
    const auto amps = h.amps(c);
    require(amps >= 60, "less than an EV can be told");
    together += amps;
    if (!view.transactionId) return;
    const auto found = h.central.transactions.find(view.transactionId->value);
    require(found != h.central.transactions.end() && found->second.start.connectorId == c,
            "a transaction that the central system does not know");
    require(found->second.status == AuthorizationStatus::Accepted, "energy for whom the central system refused");
    require(!found->second.stop, "energy behind the stop");
  }
};

}  // namespace test
