// SPDX-License-Identifier: GPL-2.0-or-later
// The text around a body: XML declaration, envelope, addressing headers, faults (WA-1, WA-2, WA-3, translation 7.1).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ocpp/result.h"
#include "ocpp_s/dialect.h"
#include "ocpp_s/envelope.h"

namespace ocpp_s {

enum class Kind { Request, Reply, Fault };

/// Up to and with the start of the Body. `action` is the operation's name; fields of `header` that are "" get their
/// default or are left out.
void beginEnvelope(std::string& out, const Dialect& dialect, ocpp::Role service, Kind kind, const Header& header,
                   std::string_view action);
void endEnvelope(std::string& out, const Dialect& dialect);

/// The Fault element. SOAP 1.1 has no sub-code: its code carries it behind a dot (`Client.ProtocolError`).
void writeFaultElement(std::string& out, const Dialect& dialect, ocpp::Role service, const ocpp::Fault& fault);

/// The prefix that the generated code writes in bodies.
std::string_view compiledPrefix(const Dialect& dialect, ocpp::Role service);
/// Gives the tags of a body, from `start` on, the prefix of the dialect instead (QUIRKS X1).
void renamePrefix(std::string& out, std::size_t start, const Dialect& dialect, ocpp::Role service);

/// Appends text as XML character data, every special and control character escaped.
void appendEscaped(std::string& out, std::string_view text);

}  // namespace ocpp_s
