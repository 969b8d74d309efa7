// SPDX-License-Identifier: GPL-2.0-or-later
// How the central system answers and misbehaves: the config file as a value, and its reader.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ocpp/enums.h"
#include "ocpp/result.h"
#include "ocpp/shared/id_tag_info.h"

namespace cs {

/// What can be done to a charger instead of a good answer.
enum class Mischief {
  Delay,               ///< A good answer, but late.
  Fault,               ///< A SOAP Fault; the request has no effect.
  HttpStatus,          ///< A status without an envelope; the request has no effect.
  Garbage,             ///< 200 with a body that is no XML.
  WrongRelatesTo,      ///< A good answer to another message.
  ResetBeforeReading,  ///< The connection is reset as soon as it is made; action and charger are not known then.
  Reset,               ///< The request has its effect, then the connection is reset.
  Truncated,           ///< Half of the good answer, then the end of the connection.
  NoAnswer             ///< The request has its effect; the connection stays open without a byte.
};

struct Failure {
  Mischief kind{};
  std::string action = "*", charger = "*";  ///< Patterns with * and ?.
  int skip = 0;                             ///< So many matching requests are answered well first.
  std::optional<int> times;                 ///< So often; nothing = always.
  double probability = 1;
  std::chrono::milliseconds delay{0};
  ocpp::FaultCode code = ocpp::FaultCode::InternalError;  ///< Fault.
  int status = 503;                                       ///< HttpStatus.
  std::string text;                                       ///< Reason of Fault, body of HttpStatus and Garbage.
  std::string name;                                       ///< Its word in the config file.
};

struct TagRule {
  std::string pattern;  ///< With * and ?, compared without case.
  ocpp::IdTagInfo info;
};

struct Rules {
  std::vector<ocpp::RegistrationStatus> boots{ocpp::RegistrationStatus::Accepted};  ///< In turn; the last one stays.
  int interval = 300;                                                               ///< Seconds between heartbeats.
  int retryInterval = 10;     ///< Seconds until the next BootNotification when it is not Accepted.
  std::vector<TagRule> tags;  ///< The first that fits counts.
  ocpp::AuthorizationStatus otherTags = ocpp::AuthorizationStatus::Accepted;
  ocpp::DataTransferStatus dataTransfer = ocpp::DataTransferStatus::UnknownVendorId;
  std::map<std::string, std::chrono::milliseconds> delays;  ///< By action, "*" for the others.
  std::vector<Failure> failures;

  /// What a tag may do.
  ocpp::IdTagInfo tag(const std::string& idTag) const;
  std::chrono::milliseconds delay(const std::string& action) const;
};

/// Reads the text of a config file (README: the config file of ocpp-soap-cs). Throws bridge::BadConfiguration that
/// names `file`, the place (line and column, or the path of the key) and what is wrong there.
Rules parseRules(const std::string& text, const std::string& file);

/// `*` and `?` in a pattern, without case.
bool fits(const std::string& pattern, const std::string& text);

/// Counts what was answered, and says what goes wrong next.
class FailurePlan {
 public:
  explicit FailurePlan(std::vector<Failure> failures = {}) : failures_(std::move(failures)) {}

  /// The failure for this request; nothing = a good answer. ResetBeforeReading is never among them.
  std::optional<Failure> forRequest(const std::string& action, const std::string& charger);
  /// True if this connection is to be reset unread.
  bool forConnection();

 private:
  bool due(Failure& failure);
  std::vector<Failure> failures_;
};

}  // namespace cs
