// SPDX-License-Identifier: GPL-2.0-or-later
// The charging profiles that are installed: which are accepted, what replaces what, what is cleared.
#pragma once

#include <string>
#include <vector>

#include "ocpp/messages/clear_charging_profile.h"
#include "ocpp/messages/set_charging_profile.h"
#include "station/charging_limit.h"

namespace station {

/// What the station can hold; announced as configuration keys.
struct ProfileCapacity {
  int maxStackLevel = 20;
  std::size_t maxPeriods = 48;
  std::size_t maxProfiles = 40;
};

class ChargingProfiles {
 public:
  explicit ChargingProfiles(ProfileCapacity capacity) : capacity_(capacity) {}

  /// Installs the profile, in the place of one with its id, or with its connector, purpose and stack level; without any
  /// place left, in the place of those that are not valid any more. Whether connector and transaction exist is for the
  /// caller to check.
  /// Returns "" or why it was rejected.
  std::string install(int connectorId, ocpp::ChargingProfile profile, ocpp::Instant now);
  /// Installs a profile as it was kept; false if it is not valid.
  bool restore(InstalledProfile kept);
  /// Removes what meets every criterion of the request; returns how many that were.
  std::size_t clear(const ocpp::ClearChargingProfile::Request& request);
  /// A transaction has ended on the connector: its TxProfiles are history.
  void forgetTransaction(int connectorId);
  /// The clock shows less than before: what began when it came has begun all the same.
  void clockSetBack(ocpp::Instant now);
  const Profiles& all() const { return profiles_; }

 private:
  std::string problemOf(int connectorId, const ocpp::ChargingProfile& profile) const;

  ProfileCapacity capacity_;
  Profiles profiles_;
};

}  // namespace station
