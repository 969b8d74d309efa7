// SPDX-License-Identifier: GPL-2.0-or-later
// OCPP-S envelopes to values and back: Codec. No socket, no clock; gSOAP does not show.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp/version.h"
#include "ocpp_s/dialect.h"
#include "ocpp_s/guard.h"
#include "ocpp_s/quirks.h"

namespace ocpp_s {

/// The SOAP header of OCPP-S and WS-Addressing; trimmed texts, "" = absent (L-4, WA-4). `action` is informative only.
struct Header {
  std::string chargeBoxIdentity;
  std::string messageId;
  std::string relatesTo;
  std::string action;
  std::string to;
  std::string from;            ///< wsa:From/Address, or the bare text of wsa:From (QUIRKS A9).
  std::string replyTo;         ///< wsa:ReplyTo/Address.
  bool identityTwice = false;  ///< There are several chargeBoxIdentity, and they differ.
};

/// What every envelope tells, as far as it could be read.
struct Incoming {
  std::optional<ocpp::Version> version;  ///< By the namespace of the body element (G-2).
  Manner manner;                         ///< Answer in the same (ER-2, WA-3).
  Header header;
  Notes notes;  ///< Every tolerated deviation, with its path. Strict readers judge() them.
};

/// A request. `version` is set.
struct RequestMessage : Incoming {
  ocpp::Request request;
};

/// A refusal, with what the answer needs to be addressed.
struct ReadFailure : Incoming {
  ocpp::Fault fault;
  bool tooMuch = false;  ///< It is beyond a limit, and cannot be read without its readings either (FIELD C1).
};

using ReadRequest = std::variant<RequestMessage, ReadFailure>;

/// What came back on a request: the response, or the fault (also when the response could not be read: InternalError).
struct ReplyMessage : Incoming {
  std::variant<ocpp::Response, ocpp::Fault> outcome;
  bool soapFault = false;  ///< The peer sent a SOAP Fault; false with a fault in `outcome`: its reply was unreadable.
};

/// Reads and writes envelopes. One per thread (it owns 164 KB of gSOAP state); any number of messages.
/// `service` is whose operations are called: CentralSystem (messages of charge points and their answers) or
/// ChargePoint.
class Codec {
 public:
  explicit Codec(const GuardLimits& limits = {});
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  /// Reads a request to `service` (ER-7). A missing chargeBoxIdentity is left to the caller.
  ReadRequest readRequest(std::string_view xml, ocpp::Role service);

  /// Reads the reply to a request of `action` (its place in ocpp::Actions). Whose reply it is, the HTTP exchange tells.
  ReplyMessage readReply(std::string_view xml, std::size_t action);

  /// Append an envelope to `out` (WA-1, WA-2, WA-3). Header fields that are "" get their default or are left out.
  /// Throw std::logic_error when the version has no word for the action or a required value: the caller must have
  /// translated (offers() and ocpp::has() tell).
  void writeRequest(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header,
                    const ocpp::Request& request);
  void writeReply(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header,
                  const ocpp::Response& response);
  static void writeFault(std::string& out, const Dialect& dialect, ocpp::Role service, const Header& header,
                         const ocpp::Fault& fault);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace ocpp_s
