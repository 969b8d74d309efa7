// SPDX-License-Identifier: GPL-2.0-or-later
// One message between a central system and a charger as both tools see it: log, prompt, scripts, conformance.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace tool {

using Json = nlohmann::ordered_json;

struct Message {
  /// Trouble: there was no message, or none that could be read; `text` says why.
  enum class Kind { Request, Response, Fault, Trouble };

  ocpp::Instant at{};
  bool incoming = false;
  Kind kind = Kind::Request;
  std::string charger;
  std::optional<ocpp::Version> version;
  std::string action;  ///< "" if it could not be read.
  std::string messageId, relatesTo;
  int http = 0;                    ///< Status of answers; 0 = none.
  Json payload = Json::object();   ///< In the words of OCPP 1.6-J; {} for faults.
  std::string text;                ///< Fault (`code: description`) or trouble.
  std::string xml;                 ///< As it was on the wire; "" if nothing was.
  std::vector<std::string> notes;  ///< Deviations that were tolerated, values that the version cannot say.
  std::string injected;            ///< The failure that the config file ordered for this answer.
};

using Observer = std::function<void(const Message&)>;

/// One line for people: `CP1 > BootNotification {...}`; `>` is what the charger says, whoever `we` are.
std::string oneLine(const Message& message, ocpp::Role we);
/// One object of the JSON-lines log.
Json logEntry(const Message& message, bool raw);

/// True when `seen` is what `wanted` describes: objects may have more members, "A|B" is either word, "*" anything that
/// is there, "!A" anything but A, ">0" a greater number, "~2030-01-01T00:00:00Z" a time not more than a minute from it,
/// lists need each element of `wanted` somewhere; everything else is equal. `where` gets the path that differs.
bool matches(const Json& seen, const Json& wanted, std::string& where);

/// JSON as text on one line; never throws.
std::string compact(const Json& json);

/// The payload of a message in the words of OCPP 1.6-J. A word that 1.6-J does not have (Occupied) stays as it is.
Json payloadOf(const ocpp::Request& request);
Json payloadOf(const ocpp::Response& response);

/// Text of a Fault: `code: description`.
std::string faultText(const ocpp::Fault& fault);

}  // namespace tool
