// SPDX-License-Identifier: GPL-2.0-or-later
// What a station keeps besides configuration, tags, profiles and queued messages: transactions, reservations, firmware.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"

namespace station {

/// A transaction that runs, or that a power loss has ended.
struct Transaction {
  int connectorId = 0;
  std::int64_t number = 0;                ///< Our own.
  std::optional<ocpp::TransactionId> id;  ///< The central system's.
  bool startLost = false;                 ///< The central system refused to hear of its start; it never gets an id.
  ocpp::IdToken idTag;
  std::optional<ocpp::IdToken> parentIdTag;
  ocpp::DateTime start;
  int meterStart = 0;  ///< Wh.
  int meterLast = 0;   ///< Wh, at `last`.
  ocpp::DateTime last;
  bool invalid = false;    ///< The central system does not accept the tag.
  int meterAtInvalid = 0;  ///< Wh.
  bool clockKnown = true;  ///< False: times count from power-up.

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(connectorId);
    FIELD(number);
    FIELD(id);
    FIELD(startLost);
    FIELD(idTag);
    FIELD(parentIdTag);
    FIELD(start);
    FIELD(meterStart);
    FIELD(meterLast);
    FIELD(last);
    FIELD(invalid);
    FIELD(meterAtInvalid);
    FIELD(clockKnown);
  }
};

/// How a transaction has ended that is not reported yet, since its contactor is not open. Kept beside the transaction.
struct DecidedStop {
  std::int64_t number = 0;  ///< Of the transaction.
  ocpp::Reason reason = ocpp::Reason::Other;
  std::optional<ocpp::IdToken> idTag;  ///< That stopped it.
  ocpp::DateTime at;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(number);
    FIELD(reason);
    FIELD(idTag);
    FIELD(at);
  }
};

/// ReserveNow that was accepted (section 5.13).
struct Reservation {
  int reservationId = 0;
  int connectorId = 0;  ///< 0: any one.
  ocpp::IdToken idTag;
  std::optional<ocpp::IdToken> parentIdTag;
  ocpp::DateTime expiryDate;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(reservationId);
    FIELD(connectorId);
    FIELD(idTag);
    FIELD(parentIdTag);
    FIELD(expiryDate);
  }
};

/// How far a firmware update is (section 5.19).
enum class FirmwareStep { Idle, Scheduled, Downloading, Downloaded, Installing };

struct FirmwareUpdate {
  FirmwareStep step = FirmwareStep::Idle;
  ocpp::Uri location;
  ocpp::DateTime retrieveDate;
  int retries = 0;        ///< Left.
  int retryInterval = 0;  ///< Seconds.
  int cuts = 0;           ///< Restarts that cut it off.

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(step);
    FIELD(location);
    FIELD(retrieveDate);
    FIELD(retries);
    FIELD(retryInterval);
    FIELD(cuts);
  }
};

/// An upload that has not ended (section 5.9).
struct DiagnosticsUpload {
  ocpp::Uri location;
  std::optional<ocpp::DateTime> from, to;
  int retries = 0;        ///< Left.
  int retryInterval = 0;  ///< Seconds.
  int cuts = 0;           ///< Restarts that cut it off.

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(location);
    FIELD(from);
    FIELD(to);
    FIELD(retries);
    FIELD(retryInterval);
    FIELD(cuts);
  }
};

}  // namespace station
