// SPDX-License-Identifier: GPL-2.0-or-later
// What peers get wrong: Fault with its code on both wires, Result, and the notes that lenient reading leaves.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ocpp {

/// Every way a request can be refused, in OCPP-J's words where it has one (section 7 of docs/translation.md).
enum class FaultCode {
  NotImplemented,
  NotSupported,
  InternalError,
  ProtocolError,
  SecurityError,
  FormationViolation,
  PropertyConstraintViolation,
  OccurenceConstraintViolation,
  TypeConstraintViolation,
  GenericError,
  IdentityMismatch,
  MustUnderstand,
  VersionMismatch
};

/// A refusal that travels to the peer as SOAP Fault or CALLERROR.
struct Fault {
  FaultCode code = FaultCode::InternalError;
  std::string description;  ///< For people; names what and where. Never holds secrets (ER-5).
};

/// How a fault code looks on both wires and who is to blame.
struct FaultRow {
  FaultCode code;
  std::string_view jsonCode;     ///< OCPP-J error code, misspelt as OCPP 1.6-J has it (ER-4).
  bool sender;                   ///< SOAP code Sender (else Receiver).
  std::string_view soapSubcode;  ///< OCPP-S sub-code, or "" for codes of the SOAP envelope itself.
  int httpStatus;                ///< SOAP 1.2 HTTP binding: Sender 400, Receiver 500.
};

const FaultRow& faultRow(FaultCode code);
/// The code a CALLERROR names, in either spelling (ER-4); unknown codes are GenericError.
FaultCode faultFromJson(std::string_view errorCode);
/// The code a SOAP Fault names by its sub-code (any case), or else by Sender/Receiver (section 7.3).
FaultCode faultFromSoap(bool sender, std::string_view subcode);

/// A tolerated deviation: where it stood (`/meterValue/0/unit`) and what was done about it.
struct ReadNote {
  std::string path;
  std::string text;
};
using ReadNotes = std::vector<ReadNote>;

/// A value, or the fault that its sender gets.
template <class T>
class Result {
 public:
  Result(T value) : held_(std::move(value)) {}
  Result(Fault fault) : held_(std::move(fault)) {}
  explicit operator bool() const { return std::holds_alternative<T>(held_); }
  T& operator*() { return std::get<T>(held_); }
  const T& operator*() const { return std::get<T>(held_); }
  T* operator->() { return &std::get<T>(held_); }
  const T* operator->() const { return &std::get<T>(held_); }
  const Fault& fault() const { return std::get<Fault>(held_); }

 private:
  std::variant<T, Fault> held_;
};

}  // namespace ocpp
