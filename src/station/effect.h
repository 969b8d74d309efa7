// SPDX-License-Identifier: GPL-2.0-or-later
// What goes into a Station and what it wants done: events of the board and of the central system, and effects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp/time.h"
#include "station/readings.h"

namespace station {

/// Time since power-up, from a clock that never jumps. What the calendar says comes from the central system.
using Steady = ocpp::Duration;
/// Names one request of ours; chosen by the station.
using RequestId = std::uint64_t;
/// Names one request of the central system; chosen by the caller, unique while it is not answered.
using CallId = std::uint64_t;

// --- events

/// What is plugged in where.
enum class Plug {
  None,
  Cable,     ///< A cable is in our socket, and no EV at its end. Stations with a fixed cable do not know this.
  Connected  ///< An EV is connected.
};

/// How a connector finds itself at power-up.
struct ConnectorAtStart {
  Plug plug = Plug::None;
  bool evDraws = false;
  Readings readings;  ///< Of its meter, which counts on without us. May be empty.
};

struct PowerUp {
  std::optional<ocpp::Instant> clock;        ///< Of a battery-backed clock, if there is one and it was set.
  std::vector<ConnectorAtStart> connectors;  ///< By connector, from 1; missing ones are free.
  std::optional<bool> firmwareInstalled;     ///< After a reboot into new firmware: did it work?
};

/// Something is wrong with a connector, or with the station (connector 0).
struct BoardFault {
  ocpp::ChargePointErrorCode code = ocpp::ChargePointErrorCode::OtherError;
  bool blocking = true;  ///< It prevents charging: status Faulted. Otherwise it is a warning.
  std::string info, vendorId, vendorErrorCode;
};

enum class LockState { Locked, Unlocked, Failed };
enum class UploadProgress { Uploaded, Failed };
enum class FirmwareProgress { Downloaded, DownloadFailed, Installed, InstallationFailed };

/// Why a request of ours has no response.
struct NoResponse {
  bool answered = false;  ///< True: the central system refused or garbled it, `fault` says how. False: it is away.
  ocpp::Fault fault;
};

// --- effects, executed in the order they come

struct Send {
  RequestId id;
  ocpp::Request request;
};
struct Answer {
  CallId id;
  ocpp::Result<ocpp::Response> result;
};
/// See Journal.
struct Keep {
  std::string key, value;
};
struct Forget {
  std::string key;
};
/// Of what holds a plug and what is behind it the order is: Lock, its answer, SetContactor{true}; SetContactor{false},
/// its answer, Unlock. Opening is answered by Station::powerOff, also when the contactor was open already
/// (Settings::powerOffWait).
struct SetContactor {
  int connectorId;
  bool closed;
};
/// What the EV may draw. 0 A means nothing; then the contactor is opened as well.
struct SetLimit {
  int connectorId;
  ocpp::Decimal amperes;  ///< Per phase.
  int phases;
  ocpp::Decimal watts;  ///< The same, of all phases.
};
/// Answered by Station::lockState; until then nothing flows.
struct Lock {
  int connectorId;
};
/// Answered by Station::lockState.
struct Unlock {
  int connectorId;
};
/// Everything before it has been executed; sockets may be closed. See Station::rebootFailed.
struct Reboot {
  bool hard;
};
/// For a battery-backed clock.
struct SetClock {
  ocpp::Instant utc;
};
/// Answered by Station::uploaded. After a restart in between it comes again, a few times.
struct Upload {
  std::string location, fileName;
  std::optional<ocpp::Instant> from, to;
};
/// Answered by Station::firmware with Downloaded or DownloadFailed. After a restart in between it comes again, a few
/// times: what was loaded may be half a file.
struct Download {
  std::string location;
};
/// Answered by Station::firmware with Installed or InstallationFailed, or by PowerUp::firmwareInstalled after a reboot.
struct Install {};
/// DataTransfer of a vendor we know; answered by Station::answerData.
struct Data {
  CallId id;
  ocpp::DataTransfer::Request request;
};
/// What became of Station::sendData; without response the central system did not answer.
struct DataAnswered {
  std::uint64_t token;
  std::optional<ocpp::DataTransfer::Response> response;
};
/// A configuration key has got another value. At power-up all keys come that only the board can act on (LightIntensity,
/// BlinkRepeat, ConnectorPhaseRotation, the maker's own): it need not keep them.
struct Configured {
  std::string name, value;
};
/// For a display or light: what a presented tag led to.
enum class TagOutcome { Accepted, Refused, Stopped, Waiting };
struct ShowTag {
  int connectorId;  ///< 0: plug in anywhere.
  TagOutcome outcome;
};
enum class Level { Debug, Info, Warning, Error };
struct Note {
  Level level;
  std::string text;
};

using Effect = std::variant<Send, Answer, Keep, Forget, SetContactor, SetLimit, Lock, Unlock, Reboot, SetClock, Upload,
                            Download, Install, Data, DataAnswered, Configured, ShowTag, Note>;

}  // namespace station
