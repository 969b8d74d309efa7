// SPDX-License-Identifier: GPL-2.0-or-later
// How one version, and one peer of it, writes SOAP: namespaces, addressing, dates, HTTP status of faults.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/result.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp_s {

constexpr std::string_view soap12Namespace = "http://www.w3.org/2003/05/soap-envelope";
constexpr std::string_view soap11Namespace = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr std::string_view wsa2005Namespace = "http://www.w3.org/2005/08/addressing";
constexpr std::string_view wsa2004Namespace = "http://schemas.xmlsoap.org/ws/2004/08/addressing";

/// Which HTTP status a fault has (translation 7.1): as the SOAP binding says, or the one that old stacks know.
enum class FaultStatus { Binding, Always500, Always200 };

/// A row per version; a peer's profile is a copy with other values.
struct Dialect {
  ocpp::Version version{};
  std::string_view centralSystem;                  ///< Namespace of the service that charge points call.
  std::string_view chargePoint;                    ///< Namespace of the service that central systems call.
  std::string_view prefixes[2];                    ///< Their prefixes, in that order.
  ocpp::Fraction fraction = ocpp::Fraction::None;  ///< Of every dateTime (L-11).
  bool soap11 = false;                             ///< Write a SOAP 1.1 envelope (ER-2).
  bool wsa2004 = false;                            ///< Write the WS-Addressing namespace of 2004/08 (WA-3).
  bool mustUnderstand = true;                      ///< On identity, Action and To of requests (WA-1); never on replies.
  bool identityInReplies = false;                  ///< Repeat chargeBoxIdentity in replies (QUIRKS A17).
  FaultStatus faultStatus = FaultStatus::Binding;
};

const Dialect& dialectFor(ocpp::Version version);

/// The dialect of `version` in the manner of the request that is answered: same SOAP version, same addressing.
Dialect answering(ocpp::Version version, bool soap11, bool wsa2004);

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

/// HTTP status and Content-Type that go with what a dialect writes. `action` ("/Op") only for requests (WA-1).
int httpStatus(const Dialect& dialect, const ocpp::Fault& fault);
std::string contentType(const Dialect& dialect, std::string_view action = {});

}  // namespace ocpp_s
