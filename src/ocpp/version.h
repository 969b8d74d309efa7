// SPDX-License-Identifier: GPL-2.0-or-later
// The versions of OCPP, the four encodings of this product, and who speaks.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace ocpp {

/// How a message is written on the wire: OCPP over SOAP in three versions, and OCPP 1.6 over JSON.
/// The order is the order of the columns in every table of versions.
enum class Encoding { Soap12, Soap15, Soap16, Json16 };

constexpr std::array<Encoding, 4> allEncodings{Encoding::Soap12, Encoding::Soap15, Encoding::Soap16, Encoding::Json16};

/// The version of OCPP that a SOAP charger speaks; decided by the namespace of the body element (G-2).
enum class Version { V12, V15, V16 };

constexpr Encoding soapEncoding(Version v) { return static_cast<Encoding>(v); }
constexpr std::size_t column(Encoding e) { return static_cast<std::size_t>(e); }
constexpr bool isSoap(Encoding e) { return e != Encoding::Json16; }

constexpr std::string_view name(Version v) {
  constexpr std::string_view names[] = {"1.2", "1.5", "1.6"};
  return names[static_cast<std::size_t>(v)];
}
constexpr std::string_view name(Encoding e) {
  constexpr std::string_view names[] = {"1.2-S", "1.5-S", "1.6-S", "1.6-J"};
  return names[column(e)];
}

/// The two peers of OCPP. `Any` marks DataTransfer, which both may send.
enum class Role { ChargePoint, CentralSystem, Any };

/// Feature profiles of OCPP 1.6 section 3.2, and the security extension (OCPP-J only).
enum class Profile {
  Core,
  FirmwareManagement,
  LocalAuthListManagement,
  Reservation,
  SmartCharging,
  RemoteTrigger,
  Security
};

/// Online messages make sense only now; Queued ones are kept in order while the peer is away (1.6 section 3.7).
enum class Delivery { Online, Queued };

/// Which half of an exchange a payload is.
enum class Half { Request, Response };

}  // namespace ocpp
