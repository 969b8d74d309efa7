// SPDX-License-Identifier: GPL-2.0-or-later
// Payloads of OCPP 1.6-J: JSON <-> the messages of src/ocpp. What is tolerated and how it is refused is decided here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp_j/json_tree.h"

namespace ocpp_j {

/// Strict reading takes what the schemas take. Lenient reading also takes what can be understood, and leaves a note.
enum class ReadMode { Lenient, Strict };

// Faults name the path and have the codes of section 7.3: NotImplemented (unknown action), OccurenceConstraintViolation
// (missing), TypeConstraintViolation (wrong JSON type), PropertyConstraintViolation (illegal value, length, range),
// FormationViolation (strict: unknown property). They never show the text of a string field (ER-5).
//
// Lenient reading
// - takes null and "" for absent (L-13), numbers and booleans in quotes (L-1, L-2), enumerations in any case (L-5),
//   dateTime without zone as UTC (L-11), unknown properties (G-6), payload null or [] as {} (G-7);
// - drops metering attributes with unknown words, and samples with an unknown measurand (ER-6); a MeterValue left
//   without samples is dropped; `meterValue` itself may so become empty and is then not worth forwarding (MV-6);
// - in transaction messages (Delivery::Queued) and in responses drops any optional field that it cannot read;
// - in responses repairs: a missing or illegal int of the message itself is 0, its dateTime Instant{} (1970: "not
//   told"), a boolean false; numbers stand for strings, too long texts are cut, illegal list elements left out; a
//   missing idTagInfo of StartTransaction is Invalid, because a transactionId is never lost (section 7.2).

/// A CALL's payload. A default (null) value counts as `{}`.
ocpp::Result<ocpp::Request> readRequest(std::string_view action, JsonValue payload, ReadMode mode,
                                        ocpp::ReadNotes& notes);

/// A CALLRESULT's payload for the request of that place in ocpp::Actions.
ocpp::Result<ocpp::Response> readResponse(std::size_t actionIndex, JsonValue payload, ReadMode mode,
                                          ocpp::ReadNotes& notes);

/// Appends the payload as OCPP 1.6-J has it: fields in the order of describe(), absent ones and empty optional lists
/// left out, texts cut to their limit. Throws std::logic_error for an enumerator that OCPP-J has no word for (the
/// caller had to translate it).
void appendPayload(std::string& out, const ocpp::Request& request);
void appendPayload(std::string& out, const ocpp::Response& response);

}  // namespace ocpp_j
