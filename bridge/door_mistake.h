// SPDX-License-Identifier: GPL-2.0-or-later
// What people get wrong at our door, before or beside anything that OCPP could answer.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bridge {

/// One row each in door.cpp, which has the words for log and /health.
enum class DoorMistake : std::uint8_t {
  NotFound,     ///< 404: nothing is at that path.
  Method,       ///< 405: not by that method.
  BadRequest,   ///< 400: no readable HTTP.
  Slow,         ///< 408: a header or body did not come in time.
  LargeBody,    ///< 413
  Coding,       ///< 415: a Content-Encoding or attachment that is not read.
  LargeHeader,  ///< 431
  Crowded,      ///< 503: too many connections, or too many unfinished requests.
  PlainOnTls,   ///< HTTP without TLS on the port with TLS.
  TlsOnPlain,   ///< TLS on the port without.
  Handshake,    ///< A TLS handshake that came to nothing.
};
constexpr std::size_t doorMistakes = 11;

}  // namespace bridge
