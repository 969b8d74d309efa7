// SPDX-License-Identifier: GPL-2.0-or-later
// What one known charger may take of what all share: space on the disk, and work per second (C3).
#pragma once

#include <cstdint>

#include "ocpp/messages.h"
#include "ocpp/time.h"

namespace bridge {

/// How the disk is, seen by one charger.
struct SpaceView {
  bool spaceLow = false;      ///< StoreStatus: the reserve is in use.
  std::uint64_t waiting = 0;  ///< Bytes of its messages that wait for the back-end.
  std::uint64_t share = 0;    ///< What it may use; 0 = no limit.
  std::uint64_t dead = 0;     ///< Bytes of its dead letters that wait for the operator: they count, too.
};

/// Why the message must not be taken now, or null: a charger keeps what it gets a Fault for. Over the share
/// MeterValues are refused first, a quarter above it starts. Stops are never refused before the reserve is in use, and
/// then only half above the share: what is left there is for the stops of all.
const char* refusedForSpace(const ocpp::Request& request, const SpaceView& view);

/// The share of each charger when nobody has chosen one: a sixteenth of what was free, at least 16 MiB.
std::uint64_t usualShare(std::int64_t freeBytes);

/// What comes within the rate, and for a while faster: a bucket that fills steadily.
class Rate {
 public:
  /// `perSecond` 0 = no limit. `burst`: seconds of the rate that may come at once.
  Rate(double perSecond, double burst) : perSecond_(perSecond), burst_(burst) {}

  /// False, and nothing is counted, when there is not so much left. More than the bucket holds is taken from a full
  /// one.
  bool take(double amount, ocpp::Steady now);

 private:
  double perSecond_, burst_;
  double owed_ = 0;  ///< Seconds until the bucket is full again.
  ocpp::Steady at_{};
};

}  // namespace bridge
