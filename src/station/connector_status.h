// SPDX-License-Identifier: GPL-2.0-or-later
// The status of a connector: what it is in a situation, and which changes OCPP 1.6 section 4.9 has a transition for.
#pragma once

#include <string_view>
#include <vector>

#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace station {

/// One cell of the table of section 4.9: `label` is its name there, such as "A2".
struct Transition {
  ocpp::ChargePointStatus from, to;
  std::string_view label;
  std::string_view when;  ///< What has happened, for people.
};

/// A range of rows that lives as long as the program.
struct Transitions {
  const Transition* first;
  const Transition* last;
  const Transition* begin() const { return first; }
  const Transition* end() const { return last; }
};
Transitions transitions();

/// The transition between the two, or nullptr when section 4.9 has none.
const Transition* findTransition(ocpp::ChargePointStatus from, ocpp::ChargePointStatus to);

/// The statuses to pass through, `to` last, so that every step is a transition of section 4.9; empty when both are the
/// same. There is a way between any two, of at most two steps.
std::vector<ocpp::ChargePointStatus> route(ocpp::ChargePointStatus from, ocpp::ChargePointStatus to);

/// All that the status depends on.
struct Situation {
  bool faulted = false;      ///< A fault prevents charging.
  bool transaction = false;  ///< One is running.
  bool evDraws = false;      ///< The EV takes energy as soon as it is offered.
  bool offered = false;      ///< Energy is offered: authorization and limit allow it.
  bool spent = false;        ///< A transaction or the wait for one has ended, and the cable is still there.
  bool inUse = false;        ///< The cable is in, or a tag was accepted for the connector.
  bool operative = true;     ///< ChangeAvailability has not put it out of service.
  bool reserved = false;     ///< For somebody who has not come yet.
};
ocpp::ChargePointStatus statusIn(const Situation& situation);

/// The status as a version can tell it: 1.2 and 1.5 say Occupied where 1.6 has five words, and 1.2 Unavailable for
/// Reserved. Two statuses that are the same here are one to the central system.
ocpp::ChargePointStatus reduced(ocpp::ChargePointStatus status, ocpp::Version version);

}  // namespace station
