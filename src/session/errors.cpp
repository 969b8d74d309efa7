// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of sections 7.2 and 7.3.
#include "session/errors.h"

namespace session {

using namespace ocpp;

namespace {

struct CentralRow {
  FaultCode callError;
  FaultCode plain, start;
};
using C = FaultCode;
constexpr CentralRow centralRows[] = {
    // CALLERROR                        non-tx             StartTransaction
    {C::NotImplemented, C::NotSupported, C::NotSupported},
    {C::NotSupported, C::NotSupported, C::NotSupported},
    {C::SecurityError, C::SecurityError, C::SecurityError},
    {C::ProtocolError, C::ProtocolError, C::InternalError},
    {C::FormationViolation, C::ProtocolError, C::InternalError},
    {C::PropertyConstraintViolation, C::ProtocolError, C::InternalError},
    {C::OccurenceConstraintViolation, C::ProtocolError, C::InternalError},
    {C::TypeConstraintViolation, C::ProtocolError, C::InternalError},
};

struct ChargerRow {
  ChargerFailure failure;
  FaultCode code;
  std::string_view description;
};
constexpr ChargerRow chargerRows[] = {
    {ChargerFailure::None, C::InternalError, "no response"},
    {ChargerFailure::Faulted, C::InternalError, "fault"},
    {ChargerFailure::Malformed, C::InternalError, "response not understood"},
    {ChargerFailure::Unreachable, C::GenericError, "charge point unreachable"},
    {ChargerFailure::NoCallbackUrl, C::GenericError, "no callback URL known yet"},
    {ChargerFailure::Timeout, C::GenericError, "timeout, outcome unknown"},
    {ChargerFailure::Broken, C::GenericError, "connection lost, outcome unknown"},
    {ChargerFailure::WrongUrl, C::GenericError, "callback URL wrong"},
    {ChargerFailure::Unauthorized, C::SecurityError, "not authorized at the charge point"},
    {ChargerFailure::ServerError, C::InternalError, "charge point failed"},
};

}  // namespace

Fault faultForCharger(const Fault& callError, MessageKind kind) {
  if (kind == MessageKind::Transactional) return {FaultCode::InternalError, callError.description};
  for (const CentralRow& row : centralRows)
    if (row.callError == callError.code)
      return {kind == MessageKind::Start ? row.start : row.plain, callError.description};
  return {FaultCode::InternalError, callError.description};
}

bool neverTaken(FaultCode code) {
  return code == C::NotImplemented || code == C::NotSupported || code == C::ProtocolError || isConstraint(code);
}

bool isConstraint(FaultCode code) {
  return code == C::PropertyConstraintViolation || code == C::TypeConstraintViolation ||
         code == C::OccurenceConstraintViolation || code == C::FormationViolation;
}

Fault faultForCentral(const ChargerReply& reply) {
  if (reply.failure == ChargerFailure::Faulted) {
    const bool identity = reply.fault.code == FaultCode::IdentityMismatch;
    return {identity ? FaultCode::GenericError : reply.fault.code, reply.fault.description};
  }
  const ChargerRow& row = chargerRows[static_cast<std::size_t>(reply.failure)];
  std::string text(row.description);
  if (!reply.fault.description.empty()) text += ": " + reply.fault.description;
  return {row.code, text};
}

}  // namespace session
