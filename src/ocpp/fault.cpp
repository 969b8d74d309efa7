// SPDX-License-Identifier: GPL-2.0-or-later
// The table of faults: OCPP-J error code, SOAP code and sub-code, HTTP status (section 7 of docs/translation.md).
#include "ocpp/result.h"
#include "ocpp/text.h"

namespace ocpp {

namespace {

// Order: rows of FaultCode; the first row with a sub-code is the one that reading that sub-code yields.
constexpr FaultRow rows[] = {
    // code                                  OCPP-J error code                sender subcode             HTTP
    {FaultCode::NotImplemented, "NotImplemented", false, "NotSupported", 500},
    {FaultCode::NotSupported, "NotSupported", false, "NotSupported", 500},
    {FaultCode::InternalError, "InternalError", false, "InternalError", 500},
    {FaultCode::ProtocolError, "ProtocolError", true, "ProtocolError", 400},
    {FaultCode::SecurityError, "SecurityError", true, "SecurityError", 400},
    {FaultCode::FormationViolation, "FormationViolation", true, "ProtocolError", 400},
    {FaultCode::PropertyConstraintViolation, "PropertyConstraintViolation", true, "ProtocolError", 400},
    {FaultCode::OccurenceConstraintViolation, "OccurenceConstraintViolation", true, "ProtocolError", 400},
    {FaultCode::TypeConstraintViolation, "TypeConstraintViolation", true, "ProtocolError", 400},
    {FaultCode::GenericError, "GenericError", false, "InternalError", 500},
    {FaultCode::IdentityMismatch, "GenericError", true, "IdentityMismatch", 400},
    {FaultCode::MustUnderstand, "GenericError", true, "", 500},
    {FaultCode::VersionMismatch, "GenericError", true, "", 500},
};

struct Spelling {
  std::string_view text;
  FaultCode code;
};
// ER-4: the spellings of 2.0.1, and codes that have no word of their own in 1.6.
constexpr Spelling otherSpellings[] = {
    {"FormatViolation", FaultCode::FormationViolation},
    {"OccurrenceConstraintViolation", FaultCode::OccurenceConstraintViolation},
    {"RpcFrameworkError", FaultCode::ProtocolError},
    {"MessageTypeNotSupported", FaultCode::ProtocolError},
};
constexpr Spelling subcodes[] = {
    {"SecurityError", FaultCode::SecurityError},   {"IdentityMismatch", FaultCode::IdentityMismatch},
    {"ProtocolError", FaultCode::ProtocolError},   {"InternalError", FaultCode::InternalError},
    {"NotSupported", FaultCode::NotSupported},     {"UrlMismatch", FaultCode::IdentityMismatch},
    {"MustUnderstand", FaultCode::MustUnderstand}, {"VersionMismatch", FaultCode::VersionMismatch},
};

}  // namespace

const FaultRow& faultRow(FaultCode code) { return rows[static_cast<std::size_t>(code)]; }

FaultCode faultFromJson(std::string_view errorCode) {
  for (const auto& row : rows)
    if (row.jsonCode == errorCode) return row.code;
  for (const auto& other : otherSpellings)
    if (other.text == errorCode) return other.code;
  return FaultCode::GenericError;
}

FaultCode faultFromSoap(bool sender, std::string_view subcode) {
  for (const auto& each : subcodes)
    if (equalFold(each.text, subcode)) return each.code;
  return sender ? FaultCode::ProtocolError : FaultCode::InternalError;
}

}  // namespace ocpp
