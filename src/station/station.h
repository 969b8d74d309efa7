// SPDX-License-Identifier: GPL-2.0-or-later
// Station: everything a charge point decides, without socket, file, thread or clock.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "station/effect.h"
#include "station/settings.h"

namespace station {

/// What a board or an operator may want to see.
struct ConnectorView {
  ocpp::ChargePointStatus status = ocpp::ChargePointStatus::Available;
  bool transaction = false;
  bool ending = false;                               ///< One has ended, and is reported when the contactor is open.
  std::optional<ocpp::TransactionId> transactionId;  ///< Absent until the central system has given one.
  bool contactorClosed = false;
  Limit limit;
};
struct View {
  std::optional<ocpp::RegistrationStatus> registration;
  bool online = false;
  std::size_t queued = 0;           ///< Messages about transactions.
  std::size_t droppedReadings = 0;  ///< Of transactions, since power-up, because the queue was full.
  std::vector<ConnectorView> connectors;
};

/// One charge point (OCPP 1.6 sections 3 to 5; 1.2 and 1.5 as far as they go).
/// Every event is given with the steady time it happened; after each, drain next() until it is empty and execute the
/// effects in that order. At most one Send is unanswered at a time. Each request of the central system gets exactly one
/// Answer. Nothing throws for what peers, users or kept records do wrong; memory is bounded by Capacity.
class Station {
 public:
  explicit Station(Settings settings);
  ~Station();
  Station(const Station&) = delete;
  Station& operator=(const Station&) = delete;

  /// Gives back what an earlier process kept; before powerUp(). Unknown or damaged records are ignored with a note.
  void restore(std::string_view key, std::string_view value);
  void powerUp(const PowerUp& state, Steady now);

  // The central system.
  void response(RequestId id, const ocpp::Response& response, Steady now);
  void noResponse(RequestId id, const NoResponse& why, Steady now);
  void fromCentral(CallId id, const ocpp::Request& request, Steady now);

  // The board. Connectors count from 1; events of connectors that do not exist are ignored.
  void plugged(int connectorId, Plug plug, Steady now);
  void evDraws(int connectorId, bool draws, Steady now);
  void tag(int connectorId, const ocpp::IdToken& idTag, Steady now);  ///< 0: a reader that serves all connectors.
  void metered(int connectorId, Readings readings, Steady now);       ///< 0: the meter of the whole station.
  void fault(int connectorId, const BoardFault& fault, Steady now);
  void faultGone(int connectorId, ocpp::ChargePointErrorCode code, Steady now);
  void lockState(int connectorId, LockState state, Steady now);
  /// The contactor is open: the answer to SetContactor{false}. Give the meter's readings right before it: they are the
  /// end of the transaction's energy.
  void powerOff(int connectorId, Steady now);
  void stopButton(int connectorId, Steady now);
  void emergencyStop(int connectorId, Steady now);  ///< 0: all of them.
  void powerFailing(Steady now);                    ///< The supply is going; there is time to write a little.
  void restarting(Steady now);                      ///< The board restarts by its own decision.
  /// The board could not restart as Reboot asked, or as it had said. Reboot may come again (ResetRetries); after the
  /// last one the station goes on. It ignored what happened since: tell it again what is plugged in, draws and is at
  /// fault.
  void rebootFailed(Steady now);
  void uploaded(UploadProgress progress, Steady now);
  void firmware(FirmwareProgress progress, Steady now);
  void answerData(CallId id, const ocpp::DataTransfer::Response& response, Steady now);
  void sendData(std::uint64_t token, const ocpp::DataTransfer::Request& request, Steady now);

  /// To be called at or after deadline().
  void tick(Steady now);
  std::optional<Steady> deadline() const;
  std::optional<Effect> next();

  View view() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace station
