// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP outcome and SOAP envelope to response, fault or failure.
#include "bridge/charger_reply.h"

#include <utility>

#include "ocpp/text.h"

namespace bridge {

namespace {

using session::ChargerFailure;

ReadReply failed(ChargerFailure failure, std::string description) {
  ReadReply read;
  read.reply.failure = failure;
  read.reply.fault = {ocpp::FaultCode::GenericError, std::move(description)};
  return read;
}

bool looksLikeEnvelope(const std::string& body) {
  return body.find("Envelope") != std::string::npos && body.find('<') != std::string::npos;
}

/// Section 7.3: what a status without an envelope means.
ChargerFailure byStatus(int status) {
  if (status == 401 || status == 403) return ChargerFailure::Unauthorized;
  return status >= 500 ? ChargerFailure::ServerError : ChargerFailure::WrongUrl;
}

/// Stands for "done" without a word, as gSOAP's one-way operations say it (QUIRKS H9).
constexpr std::string_view emptyEnvelope =
    "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body/></e:Envelope>";

bool saysNothing(const HttpResponse& response) {
  const bool done = response.status == 200 || response.status == 202 || response.status == 204;
  return done && ocpp::trimmed(response.body).empty();
}

}  // namespace

ReadReply readChargerReply(ocpp_s::Codec& codec, std::size_t action, const std::string& messageId,
                           const HttpResult& result, ocpp_s::Quirks tolerated) {
  switch (result.outcome) {
    case HttpResult::Outcome::ConnectFailed:
      return failed(ChargerFailure::Unreachable, "charge point unreachable: " + result.detail);
    case HttpResult::Outcome::Timeout: return failed(ChargerFailure::Timeout, "timeout, outcome unknown");
    case HttpResult::Outcome::Broken:
      return failed(ChargerFailure::Broken, "connection lost, outcome unknown: " + result.detail);
    case HttpResult::Outcome::Answered: break;
  }
  const HttpResponse& response = result.response;
  const std::string without = "HTTP " + std::to_string(response.status) + " without a SOAP envelope";
  const bool nothing = saysNothing(response);
  if (!nothing && !looksLikeEnvelope(response.body)) return failed(byStatus(response.status), without);
  ocpp_s::ReplyMessage message = codec.readReply(nothing ? emptyEnvelope : std::string_view(response.body), action);
  if (nothing && std::holds_alternative<ocpp::Fault>(message.outcome))
    return failed(byStatus(response.status), without);
  ReadReply read;
  read.notes = std::move(message.notes);
  if ((response.status / 100 == 2) == message.soapFault)
    read.notes.push_back({ocpp_s::Quirk::ReplyStatus, "/", "HTTP " + std::to_string(response.status)});
  if (!message.header.relatesTo.empty() && message.header.relatesTo != messageId)
    read.notes.push_back({ocpp_s::Quirk::RelatesTo, "/", "RelatesTo '" + message.header.relatesTo + "' is another's"});
  if (auto* answer = std::get_if<ocpp::Response>(&message.outcome)) {
    if (const auto objection = ocpp_s::judge(read.notes, tolerated)) {
      read.reply.failure = ChargerFailure::Malformed;
      read.reply.fault = {ocpp::FaultCode::InternalError, objection->description};  // section 7.3
    } else {
      read.reply.response = std::move(*answer);
    }
    return read;
  }
  read.reply.fault = std::get<ocpp::Fault>(message.outcome);
  read.reply.failure = message.soapFault ? ChargerFailure::Faulted : ChargerFailure::Malformed;
  return read;
}

}  // namespace bridge
