// SPDX-License-Identifier: GPL-2.0-or-later
// Names that would be another's after normalisation of a path, or on an operator's screen.
#include "bridge/identity.h"

#include <algorithm>

#include "ocpp/hidden.h"
#include "ocpp/text.h"

namespace bridge {

const char* identityObjection(std::string_view name) {
  if (name.empty()) return "is missing";
  if (name.size() > longestIdentity) return "is too long";
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!plain && !ocpp::isUtf8(name)) return "is not UTF-8";
  if (!plain && ocpp::hasHidden(name)) return "has control or format characters";
  // As a segment of the back-end's URL these lead elsewhere (RFC 3986, 5.2.4); no escape prevents that.
  if (name == "." || name == "..") return "is a step of a path, not a name";
  return nullptr;
}

}  // namespace bridge
