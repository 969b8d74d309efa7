// SPDX-License-Identifier: GPL-2.0-or-later
// The frames of OCPP-J: CALL, CALLRESULT and CALLERROR, read leniently and written exactly (OCPP-J 1.6 section 4).
#pragma once

#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp_j/json_tree.h"

namespace ocpp_j {

/// What a WebSocket text message holds.
struct Frame {
  enum class Kind {
    Call,
    CallResult,
    CallError,
    Ignored,   ///< A message type other than 2, 3, 4: OCPP 1.6 wants it ignored (section 7.3 of the translation).
    Malformed  ///< Not a frame: ignored and logged in OCPP 1.6; `problem` says why.
  };
  Kind kind = Kind::Malformed;
  std::string id;                ///< Message id; also of a malformed frame if it could be read, else "".
  std::string action;            ///< Call.
  std::string errorCode;         ///< CallError, as the peer wrote it.
  std::string errorDescription;  ///< CallError.
  std::string problem;           ///< Malformed and Ignored.

  /// The payload of Call and CallResult, the details of CallError; nothing if the frame ends before it (read as `{}`).
  /// Valid while this frame lives.
  JsonValue payload() const { return payloadPlace == 0 ? JsonValue() : at(payloadPlace); }
  /// An element of the frame's array; nothing if it has fewer.
  JsonValue at(std::size_t index) const;

  JsonTree tree;
  std::size_t payloadPlace = 0;
};

Frame readFrame(std::string_view text);

/// The fault that a CALLERROR reports; an unknown code becomes GenericError and stands in the description (ER-4).
ocpp::Fault faultOf(const Frame& callError);

// Each writes one frame; the append forms add it to `out`.
void appendCall(std::string& out, std::string_view id, const ocpp::Request& request);
void appendCallResult(std::string& out, std::string_view id, const ocpp::Response& response);
/// errorDescription is cut to 255 characters, errorDetails is `{}` (ER-5).
void appendCallError(std::string& out, std::string_view id, const ocpp::Fault& fault);
std::string writeCall(std::string_view id, const ocpp::Request& request);
std::string writeCallResult(std::string_view id, const ocpp::Response& response);
std::string writeCallError(std::string_view id, const ocpp::Fault& fault);

}  // namespace ocpp_j
