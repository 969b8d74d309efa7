// SPDX-License-Identifier: GPL-2.0-or-later
// How one version, and one peer of it, writes SOAP: namespaces, addressing, HTTP status of faults.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/result.h"
#include "ocpp/version.h"
#include "ocpp_s/quirks.h"

namespace ocpp_s {

constexpr std::string_view soap12Namespace = "http://www.w3.org/2003/05/soap-envelope";
constexpr std::string_view soap11Namespace = "http://schemas.xmlsoap.org/soap/envelope/";

/// WS-Addressing in the editions that chargers use (WA-3).
enum class Addressing : std::uint8_t { Wsa2005, Wsa200408, Wsa200403, Wsa2003 };
struct AddressingRow {
  std::string_view ns, anonymous, faultAction;
};
const AddressingRow& addressingRow(Addressing addressing);
/// The edition that has this namespace.
std::optional<Addressing> findAddressing(std::string_view ns);

/// How a peer writes its envelopes; it is answered in the same manner (ER-2, WA-3).
struct Manner {
  bool soap11 = false;
  Addressing addressing = Addressing::Wsa2005;
};

/// A row per version; what a peer is written is a copy with its manner and habits.
struct Dialect {
  ocpp::Version version{};
  std::string_view centralSystem;  ///< Namespace of the service that charge points call.
  std::string_view chargePoint;    ///< Namespace of the service that central systems call.
  std::string_view prefixes[2];    ///< Their prefixes, in that order.
  Manner manner{};
  Quirks habits{Quirk::MustUnderstand};  ///< Of the rows of group Writing.
};

const Dialect& dialectFor(ocpp::Version version);
/// The dialect of `version` in that manner, with the habits among `quirks`.
Dialect dialectFor(ocpp::Version version, const Manner& manner, Quirks quirks = standardQuirks());

/// The namespace (prefix) of the service that `service` offers: CentralSystem or ChargePoint.
std::string_view serviceNamespace(const Dialect& dialect, ocpp::Role service);
std::string_view servicePrefix(const Dialect& dialect, ocpp::Role service);

struct Service {
  ocpp::Version version;
  ocpp::Role role;
};
/// The service that a namespace belongs to, with or without the trailing slash (G-2, G-3).
std::optional<Service> findService(std::string_view ns);

/// True when `service` offers the action (its place in ocpp::Actions) in that version: the cells of wire.h.
bool offers(ocpp::Version version, ocpp::Role service, std::size_t action);

/// The name of the body element (G-4), `bootNotificationRequest`, with a prefix and colon when one is given.
std::string wrapperName(std::size_t action, ocpp::Half half, std::string_view prefix = {});

/// The action (its place in ocpp::Actions) whose request or response has exactly this local name.
std::optional<std::size_t> findWrapper(std::string_view local, ocpp::Half half);

/// `a:b` -> `b`.
std::string_view localName(std::string_view qualified);

/// HTTP status that goes with a fault: as the SOAP binding says (section 7.1), or the one that old stacks know.
int httpStatus(const Dialect& dialect, const ocpp::Fault& fault);
/// Content-Type of a request, with its action (`/Op`), or of an answer (WA-1).
std::string requestContentType(const Dialect& dialect, std::string_view action);
std::string replyContentType(const Dialect& dialect, std::string_view action = {});

}  // namespace ocpp_s
