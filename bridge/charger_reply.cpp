// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP outcome and SOAP envelope to response, fault or failure.
#include "bridge/charger_reply.h"

#include <utility>

namespace bridge {

namespace {

using session::ChargerFailure;

session::ChargerReply failed(ChargerFailure failure, std::string description) {
  session::ChargerReply reply;
  reply.failure = failure;
  reply.fault = {ocpp::FaultCode::GenericError, std::move(description)};
  return reply;
}

bool looksLikeEnvelope(const std::string& body) {
  return body.find("Envelope") != std::string::npos && body.find('<') != std::string::npos;
}

/// Section 7.3: what a status without an envelope means.
ChargerFailure byStatus(int status) {
  if (status == 401 || status == 403) return ChargerFailure::Unauthorized;
  return status >= 500 ? ChargerFailure::ServerError : ChargerFailure::WrongUrl;
}

}  // namespace

session::ChargerReply readChargerReply(ocpp_s::Codec& codec, std::size_t action, const HttpResult& result) {
  switch (result.outcome) {
    case HttpResult::Outcome::ConnectFailed:
      return failed(ChargerFailure::Unreachable, "charge point unreachable: " + result.detail);
    case HttpResult::Outcome::Timeout: return failed(ChargerFailure::Timeout, "timeout, outcome unknown");
    case HttpResult::Outcome::Broken:
      return failed(ChargerFailure::Broken, "connection lost, outcome unknown: " + result.detail);
    case HttpResult::Outcome::Answered: break;
  }
  const HttpResponse& response = result.response;
  if (!looksLikeEnvelope(response.body))
    return failed(byStatus(response.status), "HTTP " + std::to_string(response.status) + " without a SOAP envelope");
  ocpp_s::ReplyMessage message = codec.readReply(response.body, action);
  session::ChargerReply reply;
  if (auto* read = std::get_if<ocpp::Response>(&message.outcome)) {
    reply.response = std::move(*read);
    return reply;
  }
  reply.fault = std::get<ocpp::Fault>(message.outcome);
  reply.failure = message.soapFault ? ChargerFailure::Faulted : ChargerFailure::Malformed;
  return reply;
}

}  // namespace bridge
