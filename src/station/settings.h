// SPDX-License-Identifier: GPL-2.0-or-later
// What a charge point is made of, and the choices of who builds it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ocpp/messages/boot_notification.h"
#include "ocpp/version.h"
#include "station/charging_profiles.h"
#include "station/configuration.h"
#include "station/local_time.h"

namespace station {

/// One connector's hardware.
struct ConnectorHardware {
  ocpp::Decimal amperes{320};  ///< Most it can carry, per phase.
  int phases = 3;
  bool lock = true;         ///< It can lock the plug.
  bool meter = true;        ///< It has one; then nothing is sold before its register was read.
  bool fixedCable = false;  ///< Plug::None and an EV that leaves are the same.
};

/// How much is remembered. When the queue is full, the readings within transactions go first; starts and stops are
/// never dropped: the last places are theirs, and no transaction begins that could not be reported.
struct Capacity {
  std::size_t queue = 1000;      ///< Messages about transactions.
  std::size_t cache = 200;       ///< Tags.
  std::size_t localList = 1000;  ///< Tags.
  int sendLocalList = 200;       ///< Tags in one SendLocalList.
  std::size_t stopData = 100;    ///< Meter values in a StopTransaction; beyond that every second one goes.
  std::size_t pendingTags = 8;   ///< Tags that wait for an answer.
  std::size_t outbox = 64;       ///< Messages that are not about transactions.
  ProfileCapacity profiles;
  std::size_t compositePeriods = 500;
};

struct Settings {
  ocpp::Version version = ocpp::Version::V16;
  ocpp::BootNotification::Request identity;
  std::vector<ConnectorHardware> connectors{ConnectorHardware{}};
  Supply supply;
  ocpp::Decimal gridAmperes{0};  ///< Of the connection to the grid; 0 = the sum of the connectors.
  bool switches3to1Phase = false;
  /// Features it has, of those that the version knows.
  std::vector<ocpp::Profile> profiles{
      ocpp::Profile::Core,        ocpp::Profile::FirmwareManagement, ocpp::Profile::LocalAuthListManagement,
      ocpp::Profile::Reservation, ocpp::Profile::SmartCharging,      ocpp::Profile::RemoteTrigger};
  std::vector<MakersKey> makersKeys;
  std::vector<std::string> dataVendors;  ///< Whose DataTransfer the board answers.
  std::string fileTransferProtocols = "FTP,HTTP";
  std::string diagnosticsName = "diagnostics.log";  ///< "" = there are none to upload.
  /// Whoever plugs in charges as this tag, unasked.
  std::optional<ocpp::IdToken> freeTag;
  LocalTime local;
  Capacity capacity;

  ocpp::Duration bootRetryFirst = std::chrono::seconds(10);  ///< While the central system does not answer; doubles.
  ocpp::Duration bootRetryMost = std::chrono::minutes(5);
  ocpp::Duration bootRetryDefault = std::chrono::seconds(60);  ///< Rejected or Pending without an interval.
  ocpp::Duration offlineRetryFirst = std::chrono::seconds(10);
  ocpp::Duration offlineRetryMost = std::chrono::minutes(5);
  ocpp::Duration answerTimeout = std::chrono::seconds(60);
  ocpp::Duration unlockTimeout = std::chrono::seconds(10);
  ocpp::Duration lockTimeout = std::chrono::seconds(10);  ///< A lock that is silent for longer has failed.
  /// How long after SetContactor{false} the board may need to say Station::powerOff; an EV has 6 s to stop drawing
  /// (IEC 61851-1), so 8 s are enough. A StopTransaction takes its register then, and a plug is released then; a
  /// contactor that needs longer is a PowerSwitchFailure. 0: the board does not say it; a contactor is open as soon as
  /// it is told to be.
  ocpp::Duration powerOffWait{};
  ocpp::Duration resetGrace = std::chrono::seconds(30);  ///< For what must be sent before a soft reset.
  ocpp::Duration faultGrace = std::chrono::minutes(5);   ///< Longer faults end a transaction.
  ocpp::Duration keepMeterEvery = std::chrono::minutes(5);
};

}  // namespace station
