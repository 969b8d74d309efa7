// SPDX-License-Identifier: GPL-2.0-or-later
// The operations of one version as functions over gSOAP: what envelope.cpp calls and body_12/15/16.cpp provide.
#pragma once

#include <array>

#include "ocpp/messages.h"
#include "ocpp_s/leaf.h"

struct soap;

namespace ocpp_s {

/// One action of one service in one version; without functions: the version does not have it there.
/// Reading begins at the wrapper element and ends behind the body; false = gSOAP refuses (its error tells why).
/// Writing emits the wrapper element under the given qualified name.
struct Operation {
  bool (*readRequest)(::soap*, Reader&, ocpp::Request&) = nullptr;
  bool (*readResponse)(::soap*, Reader&, ocpp::Response&) = nullptr;
  bool (*writeRequest)(::soap*, const char* tag, const Writer&, const ocpp::Request&) = nullptr;
  bool (*writeResponse)(::soap*, const char* tag, const Writer&, const ocpp::Response&) = nullptr;
};

struct Operations {
  std::array<Operation, ocpp::actionCount> centralSystem;
  std::array<Operation, ocpp::actionCount> chargePoint;
};

const Operations& operations12();
const Operations& operations15();
const Operations& operations16();

inline const Operation& operationOf(ocpp::Version version, ocpp::Role service, std::size_t action) {
  const Operations& all = version == ocpp::Version::V12   ? operations12()
                          : version == ocpp::Version::V15 ? operations15()
                                                          : operations16();
  return service == ocpp::Role::ChargePoint ? all.chargePoint[action] : all.centralSystem[action];
}

}  // namespace ocpp_s
